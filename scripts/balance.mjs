// Hands connections to servers in turn, and passes by those that refuse: what HAProxy would be in
// front of a cluster.
//
//   node scripts/balance.mjs PORT SERVER_PORT...
import { connect, createServer } from "node:net";

const [port, ...servers] = process.argv.slice(2).map(Number);
let turn = 0;

function pass(client, left) {
  const server = connect(servers[turn++ % servers.length], "127.0.0.1");
  const refused = () => (left > 1 ? pass(client, left - 1) : client.destroy());
  server.setNoDelay(true).once("error", refused).once("connect", () => {
    server.off("error", refused);
    for (const [one, other] of [[client, server], [server, client]]) {
      one.pipe(other);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
}

createServer((client) => {
  client.setNoDelay(true).on("error", () => {});
  pass(client, servers.length);
}).listen(port, "127.0.0.1");

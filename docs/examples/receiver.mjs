// A webhook receiver: verifies what the gateway sends and prints one line for each event.
//
//     node docs/examples/receiver.mjs PORT whsec_…
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const [port, secret] = process.argv.slice(2);
const TOLERANCE_SECONDS = 300;

/** Verifies `webhook-signature` (Standard Webhooks): it covers id, time and body. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': list = '' } = headers;
  const age = Math.abs(Date.now() / 1000 - Number(time));
  if (!(age <= TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest();
  return list
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const genuine = isGenuine(request.headers, body);
    response.writeHead(genuine ? 204 : 400).end();
    if (!genuine) return console.log('refused: the signature is wrong');
    const event = JSON.parse(body);
    console.log(`#${event.sequence} ${event.eventType} ${event.data.status} signature verified`);
  });
}).listen(Number(port), '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${port}`));

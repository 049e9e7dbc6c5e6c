// Receives webhooks: checks who sent them, answers, and then does the work. Node 18 or newer.
//
//     WEBHOOK_SECRET=whsec_… node receiver.mjs 9000
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const KEY = Buffer.from(process.env.WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
const TOLERANCE_SECONDS = 300;
const MAX_BODY_BYTES = 128 * 1024;

// In a shop: a table in which the id is unique, and the event is kept before it is answered.
const seen = new Set();

/** Whether a signature in the list is ours, over id, time and body as they came, and of now. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': list } = headers;
  if (!id || !time || !list) return false;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE_SECONDS)) return false;
  const wanted = createHmac('sha256', KEY).update(`${id}.${time}.`).update(body).digest();
  return list.split(' ').some((signature) => {
    const [version, code = ''] = signature.split(',');
    const given = Buffer.from(code, 'base64');
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

/** The bytes as they came, or null if there are too many. */
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function work(event) {
  console.log(`${event.eventId} ${event.eventType} #${event.sequence}`);
}

const server = createServer(async (request, response) => {
  const body = await bodyOf(request).catch(() => null);
  if (body === null || !isGenuine(request.headers, body)) {
    console.log('refused');
    return response.writeHead(400).end();
  }
  const id = request.headers['webhook-id'];
  const isNew = !seen.has(id);
  seen.add(id);
  response.writeHead(204).end();
  if (isNew) work(JSON.parse(body));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${server.address().port}`),
);

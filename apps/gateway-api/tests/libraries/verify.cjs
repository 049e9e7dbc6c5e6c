// What the npm package says of one webhook from stdin: `true`, or why not.
const { readFileSync } = require('node:fs');
const { Webhook } = require('standardwebhooks');

const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'));
try {
  new Webhook(secret).verify(body, headers);
  console.log(true);
} catch (error) {
  console.log(error.message);
}

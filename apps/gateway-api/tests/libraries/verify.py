"""What the Python package says of one webhook from stdin: `true`, or why not."""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

webhook = json.load(sys.stdin.buffer)
try:
    Webhook(webhook["secret"]).verify(webhook["body"], webhook["headers"])
    print("true")
except WebhookVerificationError as error:
    print(error)

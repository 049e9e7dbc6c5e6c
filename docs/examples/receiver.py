"""Receives webhooks: checks who sent them, answers, and then does the work. Python 3.9 or newer.

    WEBHOOK_SECRET=whsec_… python3 receiver.py 9000
"""

import base64
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300
MAX_BODY_BYTES = 128 * 1024

# In a shop: a table in which the id is unique, and the event is kept before it is answered.
seen = set()
lock = threading.Lock()


def is_genuine(headers, body):
    """Whether a signature in the list is ours, over id, time and body as they came, and of now."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    event_id, sent_at, signatures = (headers.get(name, "") for name in names)
    if not event_id or not sent_at.isdecimal() or len(sent_at) > 12:
        return False
    if abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return False
    code = hmac.digest(KEY, f"{event_id}.{sent_at}.".encode() + body, "sha256")
    wanted = b"v1," + base64.b64encode(code)
    return any(hmac.compare_digest(given.encode(), wanted) for given in signatures.split(" "))


def is_new(event_id):
    with lock:
        if event_id in seen:
            return False
        seen.add(event_id)
        return True


def work(event):
    print(f"{event['eventId']} {event['eventType']} #{event['sequence']}", flush=True)


class Receiver(BaseHTTPRequestHandler):
    timeout = 15

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        is_short = length.isdecimal() and len(length) < 9 and int(length) <= MAX_BODY_BYTES
        body = self.rfile.read(int(length)) if is_short else b""
        genuine = is_genuine(self.headers, body)
        has_work = genuine and is_new(self.headers["webhook-id"])
        self.send_response(204 if genuine else 400)
        self.end_headers()
        if has_work:
            work(json.loads(body))
        elif not genuine:
            print("refused", flush=True)

    def log_message(self, *_):
        """Says nothing: what was taken is printed above."""


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()

"""Receives signed webhooks, checks them with the Standard Webhooks library, and prints the id of each that is good.

    WEBHOOK_SECRET=whsec_… PORT=8090 python receiver.py

The first line it prints is its port, which matters with PORT=0. LOG names a file that gets the ids too.
FAIL_PERCENT makes it answer 500 to that share of the good messages, to see them come again; SEED says which.
"""

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
LOG = os.environ.get("LOG")
FAIL_PERCENT = int(os.environ.get("FAIL_PERCENT", "0"))
SEED = os.environ.get("SEED", "0")
BODY_BYTES_MAX = 64 * 1024

one_at_a_time = threading.Lock()
verified = 0


def take(webhook_id):
    """Whether this message is taken. Called for good messages only."""
    global verified
    with one_at_a_time:
        verified += 1
        dice = hashlib.sha256(f"{SEED}:{verified}".encode()).digest()
        if int.from_bytes(dice[:4], "big") % 100 < FAIL_PERCENT:
            return False
        # First remember, then answer: what was answered with 2xx is not sent again.
        if LOG:
            with open(LOG, "a") as log:
                log.write(f"{webhook_id}\n")
        print(webhook_id, flush=True)
        return True


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if length > BODY_BYTES_MAX:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(length)  # the very bytes that were signed
        try:
            WEBHOOK.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(400)
        self.answer(204 if take(self.headers["webhook-id"]) else 500)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Receiver)
print(server.server_port, flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass

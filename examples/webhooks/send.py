"""Signs messages as Spool does and sends them to a receiver, to try the receiver out. Prints the status and id of each.

    WEBHOOK_SECRET=whsec_… python send.py http://127.0.0.1:8090/ [how many]
"""

import json
import os
import sys
import uuid
from datetime import datetime, timezone

import requests
from standardwebhooks import Webhook

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
receiver, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1

for _ in range(count):
    webhook_id, now = f"msg_{uuid.uuid4().hex}", datetime.now(timezone.utc)
    body = json.dumps({"type": "test", "timestamp": now.isoformat(), "data": {"note": "größer als ASCII"}}, ensure_ascii=False)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.sign(webhook_id, now, body),
    }
    response = requests.post(receiver, data=body.encode(), headers=headers, timeout=15)
    print(response.status_code, webhook_id)

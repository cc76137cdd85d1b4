"""Replicate's client verifies a callback that the fake signed, and refuses another body."""
import json
import sys

import replicate
from replicate.webhook import Webhooks, WebhookSigningSecret

base, key, headers, body = sys.argv[1:5]
client = replicate.Client(api_token=key, base_url=base.removesuffix("/v1"))
secret = client.webhooks.default.secret()
assert isinstance(secret, WebhookSigningSecret)
Webhooks.validate(headers=json.loads(headers), body=body, secret=secret)
try:
    Webhooks.validate(headers=json.loads(headers), body=body + " ", secret=secret)
except Exception as error:
    assert "signature" in str(error).lower(), error
else:
    raise AssertionError("another body was taken for genuine")

"""Replicate's client: run, follow, fetch, cancel, and its own error."""
import sys
import urllib.request

import replicate
from replicate.exceptions import ReplicateError

base, key = sys.argv[1:3]
origin = base.removesuffix("/v1")
client = replicate.Client(api_token=key, base_url=origin)
wish = {"prompt": "a kite", "aspect_ratio": "1:1", "num_outputs": 1, "output_format": "png"}
model = "black-forest-labs/flux-schnell"

prediction = client.models.predictions.create(
    model=model, input=wish, webhook="https://127.0.0.1:9/callback", webhook_events_filter=["completed"]
)
while prediction.status not in ("succeeded", "failed", "canceled"):
    prediction.reload()
assert prediction.status == "succeeded", prediction
picture = urllib.request.urlopen(prediction.output[0]).read()
assert picture.startswith(b"\x89PNG"), picture[:8]

canceled = client.models.predictions.create(model=model, input=wish)
canceled.cancel()
canceled.reload()
assert canceled.status == "canceled", canceled

assert any(listed.id == prediction.id for listed in client.predictions.list()), "it is listed"

try:
    client.models.predictions.create(model=model, input={"prompt": 7})
    raise AssertionError("a prompt that is no text was taken")
except ReplicateError as error:
    assert error.status == 422, error
try:
    replicate.Client(api_token="wrong", base_url=origin).models.predictions.create(model=model, input=wish)
    raise AssertionError("a wrong token was taken")
except ReplicateError as error:
    assert error.status == 401, error

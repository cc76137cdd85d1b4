"""Makes a clip; the server keeps each request open while it goes on, so there is no sleep in here."""

import os
import sys
import time

import requests

GENERATIONS = f"{os.environ['BASE_URL']}/v1/generations"
WAIT_S = int(os.environ.get("WAIT_S", "60"))  # at most 60
DEADLINE_S = 600  # ten minutes are plenty for a clip

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['API_KEY']}"

prompt = sys.argv[1] if len(sys.argv) > 1 else "a red fox in the snow"
request = {
    "model": "veo-3",
    "input": {"prompt": prompt, "aspect_ratio": "16:9", "duration": 8},
    "wait": WAIT_S,
}
started = time.monotonic()
generation = session.post(GENERATIONS, json=request, timeout=WAIT_S + 15).json()

while generation.get("status") in ("queued", "running"):
    if time.monotonic() - started > DEADLINE_S:
        sys.exit(f"{generation['id']} is still {generation['status']}")
    response = session.get(f"{GENERATIONS}/{generation['id']}", params={"wait": WAIT_S}, timeout=WAIT_S + 15)
    generation = response.json()

if generation.get("status") != "completed":
    sys.exit(str(generation.get("error", generation)))

print(f"cost {generation['usage']['cost_usd']} USD", file=sys.stderr)
for artifact in generation["output"]["media"]:
    print(artifact["url"])

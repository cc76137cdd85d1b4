"""Asks what a task would cost, creates it, and polls it until it is over."""

import os
import sys
import time

import requests

BASE_URL = os.environ["BASE_URL"]
POLL_S = float(os.environ.get("POLL_S", "5"))  # more than ten reads a second lock the key out for a minute

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['API_KEY']}"


def call(method, path, **options):
    """The data of the envelope, if it says success."""
    answer = session.request(method, f"{BASE_URL}{path}", **options).json()
    if not answer["success"]:
        sys.exit(f"{answer['data']['code']}: {answer['data']['message']}")
    return answer["data"]


prompt = sys.argv[1] if len(sys.argv) > 1 else "a red fox in the snow"
request = {"model": "google/veo-3.1-fast", "input": {"prompt": prompt}}

price = call("POST", "/v1/tasks", json={**request, "dry_run": True})
print(f"this will cost {price['cost']} {price['currency']}", file=sys.stderr)

task = call("POST", "/v1/tasks", json=request)
while task["status"] in ("pending", "processing"):
    time.sleep(POLL_S)
    task = call("GET", f"/v1/tasks/{task['task_id']}")

if task["status"] != "completed":
    sys.exit(task["error"]["message"])
print(task["output"]["video_url"])

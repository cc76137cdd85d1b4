"""Runs a model; one that takes longer than the server waits is polled to its end."""

import os
import sys
import time

import requests

BASE_URL = os.environ["BASE_URL"]
POLL_S = float(os.environ.get("POLL_S", "3"))

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['API_KEY']}"

prompt = sys.argv[1] if len(sys.argv) > 1 else "a red fox in the snow"
response = session.post(f"{BASE_URL}/v1/models/flux-schnell/run", json={"input": {"prompt": prompt}})
job = response.json()

if response.status_code == 202:
    job_id = job["job_id"]
    print(f"{job_id} is {job['status']}: {job['message']}", file=sys.stderr)
    while job["status"] in ("queued", "processing"):
        time.sleep(POLL_S)
        job = session.get(f"{BASE_URL}/v1/jobs/{job_id}").json()["data"]

# The word for success is "completed" in the answer to a run and "succeeded" in the job.
if job.get("status") not in ("completed", "succeeded"):
    sys.exit(str(job.get("error", job)))

for item in job["output"]["items"]:
    print(item["url"])

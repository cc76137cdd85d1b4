"""Submits a task, polls it, and prints what it made."""

import os
import sys
import time

import requests

BASE_URL = os.environ["BASE_URL"]
HEADERS = {"Authorization": f"Bearer {os.environ['API_KEY']}"}
POLL_S = float(os.environ.get("POLL_S", "5"))  # every 3 to 10 seconds is right for clips


def submit(model, **inputs):
    response = requests.post(f"{BASE_URL}/v1/task/submit", headers=HEADERS, json={"model": model, "input": inputs})
    answer = response.json()
    if response.status_code != 200:
        sys.exit(answer["error"]["message"])
    return answer["id"]


def collect(task_id):
    while True:
        task = requests.get(f"{BASE_URL}/v1/task/{task_id}", headers=HEADERS).json()
        if task["status"] == "completed":
            return task["outputs"]
        if task["status"] == "failed":
            sys.exit(task["error"])
        time.sleep(POLL_S)


prompt = sys.argv[1] if len(sys.argv) > 1 else "a dog in the snow"
for url in collect(submit("kling-v2-6", prompt=prompt, duration="5", aspect_ratio="16:9")):
    print(url)

"""Runway's client: a task is made, followed, fetched and deleted."""
import sys
import urllib.request

import runwayml

base, key = sys.argv[1:3]
client = runwayml.RunwayML(base_url=base, api_key=key, max_retries=0)


def make():
    return client.image_to_video.create(
        model="gen4_turbo", prompt_image="https://files.test/a.png", ratio="1280:720", duration=5, prompt_text="waves"
    )


task = client.tasks.retrieve(make().id)
while task.status not in ("SUCCEEDED", "FAILED", "CANCELLED"):
    task = client.tasks.retrieve(task.id)
assert task.status == "SUCCEEDED", task
assert urllib.request.urlopen(task.output[0]).read()

other = make()
client.tasks.delete(other.id)

for call, expected in (
    (lambda: client.image_to_video.create(model="gen4_turbo", prompt_image="https://files.test/a.png", ratio="1:1"),
     runwayml.BadRequestError),
    (lambda: runwayml.RunwayML(base_url=base, api_key="wrong", max_retries=0).tasks.retrieve(task.id),
     runwayml.AuthenticationError),
):
    try:
        call()
        raise AssertionError(f"expected {expected}")
    except expected:
        pass

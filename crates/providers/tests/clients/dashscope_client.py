"""DashScope's client: a clip is ordered as a task, followed and fetched; and its own way of telling errors."""
import sys
import urllib.request

import dashscope
from dashscope import VideoSynthesis

base, key = sys.argv[1:3]
dashscope.base_http_api_url = base
wish = dict(model="wan2.6-t2v", prompt="waves at dusk", size="1280*720", duration=5)

task = VideoSynthesis.async_call(api_key=key, **wish)
assert task.status_code == 200, task
answer = VideoSynthesis.fetch(task, api_key=key)
while answer.output.task_status in ("PENDING", "RUNNING"):
    answer = VideoSynthesis.fetch(task, api_key=key)
assert answer.output.task_status == "SUCCEEDED", answer
assert urllib.request.urlopen(answer.output.video_url).read()

refused = VideoSynthesis.async_call(api_key="wrong", **wish)
assert (refused.status_code, refused.code) == (401, "InvalidApiKey"), refused

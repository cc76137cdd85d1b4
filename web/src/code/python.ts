/** Programs for Python 3, with nothing but its standard library. */
import { asPython } from "./json";
import type { Call, Dialect } from "./request";

const REST: Record<Dialect, string> = {
  generations: `# The call waits for the result, but not for ever; what is still open is asked for again.
while answer["status"] in ("queued", "running"):
    answer = call(f"/v1/generations/{answer['id']}?wait=60")
if answer["status"] != "completed":
    sys.exit(answer.get("error", {}).get("message", answer["status"]))

for media in answer["output"]["media"]:
    if "url" in media:
        save(media["url"])
    else:
        print(media["text"])
`,
  jobs: `# The call waits for the result, but not for ever; what is still open is asked for again.
while answer["status"] in ("queued", "processing"):
    time.sleep(2)
    answer = call(f"/v1/jobs/{answer['job_id']}")["data"]
if answer["status"] not in ("completed", "succeeded"):
    sys.exit(answer.get("error", {}).get("message", answer["status"]))

for item in answer["output"]["items"]:
    if "url" in item:
        save(item["url"])
    else:
        print(item["text"])
`,
  "task-submit": `while answer["status"] in ("queued", "in_progress"):
    time.sleep(3)
    answer = call(f"/v1/task/{answer['id']}")
if answer["status"] != "completed":
    sys.exit(answer["error"])

for link in answer["outputs"]:
    if link.startswith("data:"):
        print(urlopen(link).read().decode())
    else:
        save(link)
`,
  tasks: `task = answer["data"]
while task["status"] in ("pending", "processing"):
    time.sleep(2)
    task = call(f"/v1/tasks/{task['task_id']}")["data"]
if task["status"] != "completed":
    sys.exit(task["error"]["message"])

output = task["output"]
if "text" in output:
    print(output["text"])
for kind in ("image", "video", "audio"):
    if f"{kind}_url" in output:
        for link in output.get(f"{kind}_urls", [output[f"{kind}_url"]]):
            save(link)
        break
`,
};

/** Only what the program uses. */
const WAITS: Record<Dialect, boolean> = { generations: false, jobs: true, "task-submit": true, tasks: true };

export function pythonProgram(dialect: Dialect, call: Call, url: string): string {
  const headers = Object.entries(call.headers).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  );
  return `# Python 3.8 or later, standard library only. SPOOL_KEY holds the key.
import json
import os
import sys
${WAITS[dialect] ? "import time\n" : ""}from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

URL = ${JSON.stringify(url)}
HEADERS = {
    "Authorization": "Bearer " + os.environ["SPOOL_KEY"],
    "Content-Type": "application/json",
${headers.join("")}}
BODY = ${asPython(call.body)}


def call(path, body=None):
    data = json.dumps(body).encode() if body else None
    try:
        with urlopen(Request(URL + path, data, HEADERS)) as answer:
            return json.load(answer)
    except HTTPError as error:
        sys.exit(error.read().decode())


def save(link):
    file = Path(urlsplit(link).path).name
    with urlopen(link) as source:
        Path(file).write_bytes(source.read())
    print(file)


answer = call(${JSON.stringify(call.path)}, BODY)
${REST[dialect]}`;
}

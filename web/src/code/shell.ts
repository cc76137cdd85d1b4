/** Programs for a POSIX shell, with curl and jq. */
import { asJson, asShell } from "./json";
import type { Call, Dialect } from "./request";

/** What a program does after its first call; `of` reads the answer with a jq filter. */
const REST: Record<Dialect, string> = {
  generations: `id=$(of .id)
status=$(of .status)
# The call waits for the result, but not for ever; what is still open is asked for again.
while [ "$status" = queued ] || [ "$status" = running ]; do
  answer=$(call "$url/v1/generations/$id?wait=60")
  status=$(of .status)
done
if [ "$status" != completed ]; then
  of '.error.message // .status' >&2
  exit 1
fi

of '.output.media[].url // empty' | save
of '.output.media[].text // empty'
`,
  jobs: `id=$(of .job_id)
status=$(of .status)
# The call waits for the result, but not for ever; what is still open is asked for again.
while [ "$status" = queued ] || [ "$status" = processing ]; do
  sleep 2
  answer=$(call "$url/v1/jobs/$id" | jq '.data // .')
  status=$(of .status)
done
if [ "$status" != completed ] && [ "$status" != succeeded ]; then
  of '.error.message // .status' >&2
  exit 1
fi

of '.output.items[].url // empty' | save
of '.output.items[].text // empty'
`,
  "task-submit": `id=$(of .id)
status=$(of .status)
while [ "$status" = queued ] || [ "$status" = in_progress ]; do
  sleep 3
  answer=$(call "$url/v1/task/$id")
  status=$(of .status)
done
if [ "$status" != completed ]; then
  of '.error.message? // .error' >&2
  exit 1
fi

of '.outputs[] | select(startswith("data:") | not)' | save
# Texts come as data: URLs.
of '.outputs[] | select(startswith("data:"))' | perl -pe 's/^[^,]*,//; s/%(..)/chr hex $1/ge'
`,
  tasks: `id=$(of .data.task_id)
status=$(of .data.status)
while [ "$status" = pending ] || [ "$status" = processing ]; do
  sleep 2
  answer=$(call "$url/v1/tasks/$id")
  status=$(of .data.status)
done
if [ "$status" != completed ]; then
  of '.data.error.message // .data.message' >&2
  exit 1
fi

of '.data.output | (.image_urls // .video_urls // .audio_urls // [.image_url // .video_url // .audio_url // empty])[]' | save
of '.data.output.text // empty'
`,
};

export function shellProgram(dialect: Dialect, call: Call, url: string): string {
  const headers = Object.entries(call.headers).map(([name, value]) => ` -H ${asShell(`${name}: ${value}`)}`);
  return `#!/bin/sh
# Needs curl and jq. SPOOL_KEY holds the key.
set -eu
url=${asShell(url)}
body=${asShell(asJson(call.body))}

call() {
  curl -sS -H "Authorization: Bearer $SPOOL_KEY" -H 'Content-Type: application/json'${headers.join("")} "$@"
}
of() {
  printf '%s' "$answer" | jq -r "$1"
}
save() {
  while IFS= read -r link; do
    file=$(basename "\${link%%\\?*}")
    curl -fsS -o "$file" "$link"
    echo "$file"
  done
}

answer=$(printf '%s' "$body" | call --data-binary @- "$url"${asShell(call.path)})
${REST[dialect]}`;
}

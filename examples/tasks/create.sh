#!/usr/bin/env bash
# Creates a task and polls it until it is over.
set -euo pipefail
prompt=${1:-a red fox in the snow}

answer=$(
  jq -n --arg prompt "$prompt" '{model: "google/veo-3.1-fast", input: {prompt: $prompt}}' |
    curl -sS "$BASE_URL/v1/tasks" \
      -H "Authorization: Bearer $API_KEY" \
      -H "Content-Type: application/json" \
      -d @-
)
task_id=$(jq -er .data.task_id <<<"$answer") || {
  echo "$answer" >&2
  exit 1
}

while true; do
  answer=$(curl -sS "$BASE_URL/v1/tasks/$task_id" -H "Authorization: Bearer $API_KEY")
  case $(jq -r .data.status <<<"$answer") in
    pending | processing)
      sleep "${POLL_S:-5}" # more than ten reads a second lock the key out for a minute
      ;;
    completed)
      jq -r .data.output.video_url <<<"$answer"
      exit 0
      ;;
    *) # failed; or no task at all
      jq -r '.data | .error.message? // .message' <<<"$answer" >&2
      exit 1
      ;;
  esac
done

#!/usr/bin/env bash
# Submits a task, polls it, and prints what it made.
set -euo pipefail
prompt=${1:-a dog in the snow}

answer=$(
  jq -n --arg prompt "$prompt" \
    '{model: "kling-v2-6", input: {prompt: $prompt, duration: "5", aspect_ratio: "16:9"}}' |
    curl -sS "$BASE_URL/v1/task/submit" \
      -H "Authorization: Bearer $API_KEY" \
      -H "Content-Type: application/json" \
      -d @-
)
task_id=$(jq -er .id <<<"$answer") || {
  echo "$answer" >&2
  exit 1
}

while true; do
  answer=$(curl -sS "$BASE_URL/v1/task/$task_id" -H "Authorization: Bearer $API_KEY")
  case $(jq -r .status <<<"$answer") in
    queued | in_progress)
      sleep "${POLL_S:-5}" # every 3 to 10 seconds is right for clips
      ;;
    completed)
      jq -r '.outputs[]' <<<"$answer"
      exit 0
      ;;
    *) # failed; or no task at all
      jq -r .error <<<"$answer" >&2
      exit 1
      ;;
  esac
done

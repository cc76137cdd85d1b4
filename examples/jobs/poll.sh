#!/usr/bin/env bash
# Queues a job, then asks for it until it is over.
set -euo pipefail
prompt=${1:-a red fox in the snow}

answer=$(
  jq -n --arg prompt "$prompt" '{input: {prompt: $prompt}, sync: false}' |
    curl -sS "$BASE_URL/v1/models/hailuo-02/run" \
      -H "Authorization: Bearer $API_KEY" \
      -H "Content-Type: application/json" \
      -d @-
)
job_id=$(jq -er .job_id <<<"$answer") || {
  echo "$answer" >&2
  exit 1
}

while true; do
  answer=$(curl -sS "$BASE_URL/v1/jobs/$job_id" -H "Authorization: Bearer $API_KEY")
  case $(jq -r .data.status <<<"$answer") in
    queued | processing)
      sleep "${POLL_S:-3}"
      ;;
    succeeded)
      jq -r '.data.output.items[].url' <<<"$answer"
      exit 0
      ;;
    *) # failed or cancelled; or no job at all
      jq -c '.data.error // .' <<<"$answer" >&2
      exit 1
      ;;
  esac
done

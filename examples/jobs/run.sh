#!/usr/bin/env bash
# Runs a model and gets the result in the same answer.
set -euo pipefail
prompt=${1:-a red fox in the snow}

answer=$(
  jq -n --arg prompt "$prompt" '{input: {prompt: $prompt}}' |
    curl -sS "$BASE_URL/v1/models/flux-schnell/run" \
      -H "Authorization: Bearer $API_KEY" \
      -H "Content-Type: application/json" \
      -d @-
)

# Anything but "completed" is no result yet: for a model that needs more than 55 seconds see poll.sh.
jq -er 'select(.status == "completed") | .output.items[].url' <<<"$answer" || {
  echo "$answer" >&2
  exit 1
}

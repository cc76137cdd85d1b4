#!/usr/bin/env bash
# Makes a picture; the server keeps the request open until it is there.
set -euo pipefail
prompt=${1:-a red fox in the snow}

answer=$(
  jq -n --arg prompt "$prompt" '{model: "flux-1.1-pro", input: {prompt: $prompt}, wait: "auto"}' |
    curl -sS "$BASE_URL/v1/generations" \
      -H "Authorization: Bearer $API_KEY" \
      -H "Content-Type: application/json" \
      -d @-
)

while true; do
  case $(jq -r .status <<<"$answer") in
    queued | running)
      id=$(jq -r .id <<<"$answer")
      answer=$(curl -sS "$BASE_URL/v1/generations/$id?wait=60" -H "Authorization: Bearer $API_KEY")
      ;;
    completed)
      jq -r '.output.media[].url' <<<"$answer"
      exit 0
      ;;
    *) # failed or cancelled; or no generation at all
      jq -c '.error // .' <<<"$answer" >&2
      exit 1
      ;;
  esac
done

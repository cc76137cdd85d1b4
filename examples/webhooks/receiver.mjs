// Receives signed webhooks, checks them with the Standard Webhooks library, and prints the id of each that is good.
//
//     WEBHOOK_SECRET=whsec_… PORT=8090 node receiver.mjs
//
// The first line it prints is its port, which matters with PORT=0. LOG names a file that gets the ids too.
// FAIL_PERCENT makes it answer 500 to that share of the good messages, to see them come again; SEED says which.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync } from "node:fs";

import express from "express";
import { Webhook } from "standardwebhooks";

const { WEBHOOK_SECRET, LOG, FAIL_PERCENT = "0", SEED = "0", PORT = "0" } = process.env;
const webhook = new Webhook(WEBHOOK_SECRET);
let verified = 0;

// Whether this message is taken. Called for good messages only.
function take(webhookId) {
  verified += 1;
  const dice = createHash("sha256").update(`${SEED}:${verified}`).digest();
  if (dice.readUInt32BE(0) % 100 < Number(FAIL_PERCENT)) return false;
  // First remember, then answer: what was answered with 2xx is not sent again.
  if (LOG) appendFileSync(LOG, `${webhookId}\n`);
  console.log(webhookId);
  return true;
}

const app = express();
// Raw, because the signature is over the very bytes; parsed and written again they may be others.
app.post("*path", express.raw({ type: () => true, limit: "64kb" }), (request, response) => {
  try {
    webhook.verify(request.body, request.headers);
  } catch {
    return response.sendStatus(400);
  }
  response.sendStatus(take(request.get("webhook-id")) ? 204 : 500);
});

const listener = app.listen(Number(PORT), "127.0.0.1");
await once(listener, "listening");
console.log(listener.address().port);

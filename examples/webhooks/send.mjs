// Signs messages as Spool does and sends them to a receiver, to try the receiver out. Prints the status and id of each.
//
//     WEBHOOK_SECRET=whsec_… node send.mjs http://127.0.0.1:8090/ [how many]
import { randomUUID } from "node:crypto";

import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const [receiver, count = "1"] = process.argv.slice(2);

for (let sent = 0; sent < Number(count); sent += 1) {
  const webhookId = `msg_${randomUUID().replaceAll("-", "")}`;
  const now = new Date();
  const body = JSON.stringify({ type: "test", timestamp: now.toISOString(), data: { note: "größer als ASCII" } });
  const response = await fetch(receiver, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "webhook-id": webhookId,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": webhook.sign(webhookId, now, body),
    },
    body,
  });
  console.log(response.status, webhookId);
}

// Runs a model and receives the finished job by webhook.
import { once } from "node:events";

import express from "express";

const { BASE_URL, API_KEY, PUBLIC_URL, PORT = "0" } = process.env;
const prompt = process.argv[2] ?? "a red fox in the snow";

// The receiver. It answers at once, because the server gives it ten seconds, and only then looks at the job.
// Whatever comes a second time changes nothing.
const app = express();
const delivered = new Promise((resolve) => {
  app.post("/webhooks/jobs", express.json(), (request, response) => {
    response.set("Connection", "close").sendStatus(200);
    resolve(request.body);
  });
});
const listener = app.listen(Number(PORT), "127.0.0.1");
await once(listener, "listening");

// The sender. PUBLIC_URL is where the server reaches the receiver.
const receiver = PUBLIC_URL ?? `http://127.0.0.1:${listener.address().port}`;
const response = await fetch(`${BASE_URL}/v1/models/flux-schnell/run`, {
  method: "POST",
  headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ input: { prompt }, webhook_url: `${receiver}/webhooks/jobs` }),
});
const started = await response.json();
if (response.status !== 202) {
  console.error(started);
  process.exit(1);
}

// A webhook is sent once. If it got lost, the job can still be read.
const late = setTimeout(() => {
  console.error(`no webhook yet; read GET ${BASE_URL}/v1/jobs/${started.job_id}`);
  process.exit(1);
}, 5 * 60_000);

const job = await delivered;
clearTimeout(late);
listener.close();
if (job.job_id !== started.job_id || job.status !== "succeeded") {
  console.error(job);
  process.exit(1);
}
for (const item of job.output.items) console.log(item.url);

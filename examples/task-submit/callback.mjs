// Submits a task and is called back at every change of its status.
import { once } from "node:events";

import express from "express";

const { BASE_URL, API_KEY, PUBLIC_URL, PORT = "0" } = process.env;
const prompt = process.argv[2] ?? "a dog in the snow";

// A callback is the same as the answer to a query. The last one says completed or failed.
const app = express();
const over = new Promise((resolve) => {
  app.post("/callbacks/task", express.json(), (request, response) => {
    response.set("Connection", "close").sendStatus(200);
    const task = request.body;
    console.error(`${task.id} is ${task.status}`);
    if (task.status === "completed" || task.status === "failed") resolve(task);
  });
});
const listener = app.listen(Number(PORT), "127.0.0.1");
await once(listener, "listening");

// PUBLIC_URL is where the server reaches this program.
const receiver = PUBLIC_URL ?? `http://127.0.0.1:${listener.address().port}`;
const response = await fetch(`${BASE_URL}/v1/task/submit`, {
  method: "POST",
  headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({
    model: "kling-v2-6",
    input: { prompt, duration: "5", aspect_ratio: "16:9" },
    callback_url: `${receiver}/callbacks/task`,
  }),
});
const submitted = await response.json();
if (!response.ok) {
  console.error(submitted.error.message);
  process.exit(1);
}
console.error(`${submitted.id} is ${submitted.status}`);

// Three attempts without an answer, and the server gives up; the task can still be queried.
const late = setTimeout(() => {
  console.error(`no callback yet; read GET ${BASE_URL}/v1/task/${submitted.id}`);
  process.exit(1);
}, 10 * 60_000);

const task = await over;
clearTimeout(late);
listener.close();
if (task.id !== submitted.id || task.status !== "completed") {
  console.error(task.error);
  process.exit(1);
}
for (const url of task.outputs) console.log(url);

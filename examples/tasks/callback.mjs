// Creates a task and is called back when it is over.
import { once } from "node:events";

import express from "express";

const { BASE_URL, API_KEY, PUBLIC_URL, PORT = "0" } = process.env;
const prompt = process.argv[2] ?? "a red fox in the snow";

// The callback has no envelope, and the outputs are in `data`. It may come twice: the task's id tells.
const seen = new Set();
const app = express();
const over = new Promise((resolve) => {
  app.post("/callbacks/tasks", express.json(), (request, response) => {
    response.set("Connection", "close").sendStatus(200);
    const task = request.body;
    if (seen.has(task.task_id)) return;
    seen.add(task.task_id);
    resolve(task);
  });
});
const listener = app.listen(Number(PORT), "127.0.0.1");
await once(listener, "listening");

// PUBLIC_URL is where the server reaches this program.
const receiver = PUBLIC_URL ?? `http://127.0.0.1:${listener.address().port}`;
const response = await fetch(`${BASE_URL}/v1/tasks`, {
  method: "POST",
  headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({
    model: "google/veo-3.1-fast",
    input: { prompt },
    callback_url: `${receiver}/callbacks/tasks`,
  }),
});
const created = await response.json();
if (!created.success) {
  console.error(`${created.data.code}: ${created.data.message}`);
  process.exit(1);
}

// Three attempts without an answer, and the server gives up; the task can still be read.
const late = setTimeout(() => {
  console.error(`no callback yet; read GET ${BASE_URL}/v1/tasks/${created.data.task_id}`);
  process.exit(1);
}, 10 * 60_000);

const task = await over;
clearTimeout(late);
listener.close();
if (task.task_id !== created.data.task_id || task.status !== "completed") {
  console.error(task.error_message ?? task);
  process.exit(1);
}
console.log(task.data.video_url);

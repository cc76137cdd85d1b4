/** Programs for Node, with nothing installed. */
import { asJavaScript } from "./json";
import type { Call, Dialect } from "./request";

const REST: Record<Dialect, string> = {
  generations: `// The call waits for the result, but not for ever; what is still open is asked for again.
while (["queued", "running"].includes(answer.status)) {
  answer = await call(\`/v1/generations/\${answer.id}?wait=60\`);
}
if (answer.status !== "completed") {
  throw new Error(answer.error?.message ?? answer.status);
}

for (const { url: link, text } of answer.output.media) {
  if (link) {
    await save(link);
  } else {
    console.log(text);
  }
}
`,
  jobs: `// The call waits for the result, but not for ever; what is still open is asked for again.
while (["queued", "processing"].includes(answer.status)) {
  await sleep(2000);
  answer = (await call(\`/v1/jobs/\${answer.job_id}\`)).data;
}
if (!["completed", "succeeded"].includes(answer.status)) {
  throw new Error(answer.error?.message ?? answer.status);
}

for (const { url: link, text } of answer.output.items) {
  if (link) {
    await save(link);
  } else {
    console.log(text);
  }
}
`,
  "task-submit": `while (["queued", "in_progress"].includes(answer.status)) {
  await sleep(3000);
  answer = await call(\`/v1/task/\${answer.id}\`);
}
if (answer.status !== "completed") {
  throw new Error(answer.error);
}

for (const link of answer.outputs) {
  if (link.startsWith("data:")) {
    console.log(await (await fetch(link)).text());
  } else {
    await save(link);
  }
}
`,
  tasks: `let task = answer.data;
while (["pending", "processing"].includes(task.status)) {
  await sleep(2000);
  task = (await call(\`/v1/tasks/\${task.task_id}\`)).data;
}
if (task.status !== "completed") {
  throw new Error(task.error.message);
}

const { text, image_url, video_url, audio_url, ...more } = task.output;
if (text) {
  console.log(text);
}
const first = image_url ?? video_url ?? audio_url;
const links = more.image_urls ?? more.video_urls ?? more.audio_urls ?? (first ? [first] : []);
for (const link of links) {
  await save(link);
}
`,
};

const WAITS: Record<Dialect, boolean> = { generations: false, jobs: true, "task-submit": true, tasks: true };

export function javascriptProgram(dialect: Dialect, call: Call, url: string): string {
  const headers = Object.entries(call.headers).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  );
  return `// Node 18 or later, nothing to install: save as request.mjs. SPOOL_KEY holds the key.
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
${WAITS[dialect] ? 'import { setTimeout as sleep } from "node:timers/promises";\n' : ""}
const url = ${JSON.stringify(url)};
const headers = {
  Authorization: \`Bearer \${process.env.SPOOL_KEY}\`,
  "Content-Type": "application/json",
${headers.join("")}};
const body = ${asJavaScript(call.body)};

async function call(path, body) {
  const method = body ? "POST" : "GET";
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(JSON.stringify(answer));
  }
  return answer;
}

async function save(link) {
  const response = await fetch(link);
  if (!response.ok) {
    throw new Error(\`\${link}: HTTP \${response.status}\`);
  }
  const file = basename(new URL(link).pathname);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  console.log(file);
}

${dialect === "tasks" ? "const" : "let"} answer = await call(${JSON.stringify(call.path)}, body);
${REST[dialect]}`;
}

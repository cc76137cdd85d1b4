// Makes two pictures; the server keeps each request open while they are made, so there is no timer in here.
const { BASE_URL, API_KEY } = process.env;
const prompt = process.argv[2] ?? "a red fox in the snow";

async function call(path, body) {
  const response = await fetch(`${BASE_URL}/v1/generations${path}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

let generation = await call("", {
  model: "flux-1.1-pro",
  input: { prompt, size: "1024x1024" },
  n: 2,
  wait: 0,
});
while (generation.status === "queued" || generation.status === "running") {
  generation = await call(`/${generation.id}?wait=60`);
}

if (generation.status !== "completed") {
  console.error(generation.error ?? generation);
  process.exit(1);
}
for (const { url } of generation.output.media) console.log(url);

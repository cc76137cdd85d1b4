/** What a job has made. */
import { Stack, Text } from "@mantine/core";
import type { Job } from "../../run/useRun";

export function Outputs({ job }: { job: Job; model: string; input: Record<string, unknown> }) {
  return (
    <Stack>
      {job.output?.items.map((item, at) => (
        <div key={item.url ?? at}>
          {item.type === "image" && (
            <img src={item.url} alt={`Result ${at + 1}`} style={{ maxWidth: "100%" }} />
          )}
          {item.type === "video" && <video src={item.url} controls style={{ maxWidth: "100%" }} />}
          {item.type === "audio" && <audio src={item.url} controls />}
          {item.type === "text" && <Text style={{ whiteSpace: "pre-wrap" }}>{item.text}</Text>}
        </div>
      ))}
    </Stack>
  );
}

/** The request and the answer, as the dialect writes them. */
import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { LibraryJob } from "../../api/library";
import { Snippet } from "../../parts/Snippet";

export function Exchange({ job }: { job: LibraryJob }) {
  const { method, path, headers, body } = job.request;
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const request = [`${method} ${path}`, ...head, "", JSON.stringify(body, null, 2)].join("\n");
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack component="section" gap="sm" aria-labelledby="request" miw={0}>
        <Title order={2} size="h4" id="request">
          Request
        </Title>
        <Text size="sm" c="dimmed">
          Rebuilt from what is kept; files stand under their ids, and the key is left out.
        </Text>
        <Snippet text={request} what="the request" />
      </Stack>
      <Stack component="section" gap="sm" aria-labelledby="answer" miw={0}>
        <Title order={2} size="h4" id="answer">
          Answer
        </Title>
        <Text size="sm" c="dimmed">
          What a GET in the {job.dialect} dialect says now ({job.answer_status}).
        </Text>
        <Snippet text={JSON.stringify(job.answer, null, 2)} what="the answer" />
      </Stack>
    </SimpleGrid>
  );
}

/** What was ordered: the parameters, and the files among them. */
import { Anchor, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { LibraryJob } from "../../api/library";
import { Thumb } from "../../media/Thumb";
import { Facts } from "../../parts/Facts";
import { size } from "../../parts/words";

export function Inputs({ job }: { job: LibraryJob }) {
  const parameters = Object.entries(job.input);
  return (
    <Stack component="section" gap="sm" aria-labelledby="input">
      <Title order={2} size="h4" id="input">
        Input
      </Title>
      <Paper withBorder p="md">
        {parameters.length === 0 ? (
          <Text size="sm">Nothing was said.</Text>
        ) : (
          <Facts facts={parameters.map(([name, value]) => [name, <Value key={name} value={value} />])} />
        )}
      </Paper>
      {job.files.length > 0 && (
        <Stack component="ul" gap="xs" p={0} m={0} className="plain" aria-label="Given files">
          {job.files.map((file) => (
            <Paper component="li" withBorder p="xs" key={`${file.param} ${file.value}`}>
              <Given file={file} />
            </Paper>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function Value({ value }: { value: unknown }) {
  if (typeof value === "string") {
    return <span className="lines">{value}</span>;
  }
  return typeof value === "object" && value !== null ? (
    <Code block>{JSON.stringify(value, null, 2)}</Code>
  ) : (
    <Code>{String(value)}</Code>
  );
}

type File = LibraryJob["files"][number];

/** Pages ask no other host for anything, so only files that are kept here have a picture. */
function isHere({ url }: File): boolean {
  return url !== null && new URL(url, window.location.href).pathname.startsWith("/v1/assets/");
}

function Given({ file }: { file: File }) {
  const name = file.name ?? file.value;
  return (
    <Group wrap="nowrap" gap="sm">
      {file.type && isHere(file) && (
        <Thumb output={{ type: file.type, url: file.url }} alt={`What was given as ${file.param}`} />
      )}
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={600}>
          {file.param}
        </Text>
        {file.url ? (
          <Anchor href={file.url} target="_blank" rel="noreferrer" size="sm" className="anywhere">
            {name}
          </Anchor>
        ) : (
          <Text size="sm" className="anywhere">
            {name} (not there any more)
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {[file.content_type, file.bytes === null ? undefined : size(file.bytes)]
            .filter(Boolean)
            .join(" · ") || "elsewhere"}
        </Text>
      </Stack>
    </Group>
  );
}

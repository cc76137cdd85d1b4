/** What a line of the log is about, with a way there, and its particulars in words. */
import { Stack, Text } from "@mantine/core";
import { PageLink } from "../../../parts/links";
import { words } from "../../../parts/words";
import { said } from "./said";

export function Subject({ subject }: { subject: string }) {
  const [kind, ...rest] = subject.split(":");
  const id = rest.join(":");
  switch (kind) {
    case "account":
      return (
        <PageLink size="sm" to="/operate/accounts" search={{ account: id }}>
          Account {id}
        </PageLink>
      );
    case "key":
      return (
        <PageLink size="sm" to="/operate/keys" search={{ key: id }}>
          Key {id}
        </PageLink>
      );
    case "job":
      return (
        <PageLink size="sm" to="/operate/jobs" search={{ job: id }} title={id}>
          Job {id.slice(0, 10)}…
        </PageLink>
      );
    case "provider":
      return (
        <PageLink size="sm" to="/operate/providers" search={{ provider: id.split("/")[0] }}>
          {id.replace("/", " ")}
        </PageLink>
      );
    default:
      return subject;
  }
}

export function Detail({ detail }: { detail: Record<string, unknown> }) {
  const entries = Object.entries(detail);
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      {entries.map(([name, value]) => (
        <Text size="sm" key={name} style={{ overflowWrap: "anywhere" }}>
          <Text span c="dimmed" size="sm">
            {words(name)}:
          </Text>{" "}
          {said(value)}
        </Text>
      ))}
    </Stack>
  );
}

/** Names and what they are, one line each. */
import { CopyButton, Group, SimpleGrid, Text, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";

export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="xs" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" style={{ overflowWrap: "anywhere" }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

/** A name that machines read, with a way to take it along. */
export function Copied({ text, shown = text }: { text: string; shown?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <UnstyledButton onClick={copy} aria-label={`Copy ${text}`} title={text} maw="100%">
          <Group gap={4} wrap="nowrap">
            <Text component="span" ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
              {shown}
            </Text>
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </Group>
        </UnstyledButton>
      )}
    </CopyButton>
  );
}

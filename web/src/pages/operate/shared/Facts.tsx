/** Names and what they are, one line each. */
import { Group, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Copy } from "../../../parts/Copy";

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
    <Group gap={4} wrap="nowrap">
      <Text component="span" ff="monospace" size="sm" title={text} style={{ overflowWrap: "anywhere" }}>
        {shown}
      </Text>
      <Copy value={text} what={text} />
    </Group>
  );
}

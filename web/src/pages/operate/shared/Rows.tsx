/** A list of things with the same properties: a table, or cards where there is no room for one. */
import { Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";

export interface Column<Item> {
  title: string;
  cell: (item: Item) => ReactNode;
  /** Numbers stand at the right. */
  right?: boolean;
}

export function Rows<Item>({
  label,
  columns,
  items,
  id,
}: {
  /** What is listed, for screen readers. */
  label: string;
  columns: Column<Item>[];
  items: Item[];
  id: (item: Item) => string | number;
}) {
  const narrow = useMediaQuery("(max-width: 61.9em)", false, { getInitialValueInEffect: false });
  if (narrow) {
    const [first, ...others] = columns;
    return (
      <Stack component="ul" gap="xs" p={0} m={0} aria-label={label}>
        {items.map((item) => (
          <Paper component="li" withBorder p="sm" key={id(item)} display="block">
            <Stack gap={6}>
              {first?.cell(item)}
              {others.map(({ title, cell }) => (
                <Group key={title} justify="space-between" wrap="nowrap" gap="md" align="flex-start">
                  <Text size="sm" c="dimmed">
                    {title}
                  </Text>
                  <Text size="sm" component="div" ta="right" miw={0} style={{ overflowWrap: "anywhere" }}>
                    {cell(item)}
                  </Text>
                </Group>
              ))}
            </Stack>
          </Paper>
        ))}
      </Stack>
    );
  }
  return (
    <Table.ScrollContainer
      minWidth={0}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": label } }}
    >
      <Table aria-label={label} highlightOnHover verticalSpacing="xs" fz="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title, right }) => (
              <Table.Th key={title} ta={right ? "right" : undefined} style={{ whiteSpace: "nowrap" }}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={id(item)}>
              {columns.map(({ title, cell, right }) => (
                <Table.Td key={title} ta={right ? "right" : undefined}>
                  {cell(item)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

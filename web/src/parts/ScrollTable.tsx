/** A wide table that scrolls inside itself, so that the page does not; the keyboard reaches it too. */
import { Table, type TableProps } from "@mantine/core";

export function ScrollTable({ name, minWidth, ...table }: TableProps & { name: string; minWidth: number }) {
  return (
    <Table.ScrollContainer
      pos="relative"
      minWidth={minWidth}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={name}
    >
      <Table verticalSpacing="xs" {...table} />
    </Table.ScrollContainer>
  );
}

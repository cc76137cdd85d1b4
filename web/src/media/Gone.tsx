/** Stands where a result would: its link has ended, or its file is not there any more. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconFileUnknown, IconRefresh } from "@tabler/icons-react";
import { PageButton } from "../parts/links";
import type { Origin } from "./output";

interface Props {
  name: string;
  /** Whether only its link has ended. */
  ended: boolean;
  of?: Origin;
  again?: () => void;
  busy: boolean;
}

export function Gone({ name, ended, of, again, busy }: Props) {
  return (
    <Stack align="center" gap="xs" p="md" role="alert">
      <IconFileUnknown size={28} aria-hidden />
      <Text fw={600} ta="center">
        {ended ? `The link to ${name.toLowerCase()} has ended` : `${name} cannot be loaded`}
      </Text>
      <Text size="sm" ta="center" maw={360}>
        {ended
          ? "Links work for an hour. A new one leads to the same file."
          : "Its file is no longer kept, or the server cannot be reached."}
      </Text>
      <Group gap="xs" justify="center">
        {again && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} />}
            loading={busy}
            onClick={again}
          >
            Get a new link
          </Button>
        )}
        {of && !ended && (
          <PageButton
            to="/playground/$"
            params={{ _splat: of.model }}
            search={{ from: of.job }}
            size="xs"
            variant="default"
          >
            Make it again
          </PageButton>
        )}
      </Group>
    </Stack>
  );
}

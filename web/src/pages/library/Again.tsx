/** Ways to make it once more. */
import { Group } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import type { LibraryJob } from "../../api/library";
import { PageButton } from "../../parts/links";

export function Again({ job }: { job: LibraryJob }) {
  const { seed } = job.input;
  const known = typeof seed === "number" || typeof seed === "string" ? String(seed) : undefined;
  return (
    <Group gap="xs">
      <PageButton
        to="/playground/$"
        params={{ _splat: job.model }}
        search={{ from: job.id }}
        leftSection={<IconRepeat size={16} />}
      >
        Run again
      </PageButton>
      {known !== undefined && (
        <PageButton
          variant="default"
          to="/playground/$"
          params={{ _splat: job.model }}
          search={{ from: job.id, seed: known }}
        >
          Run again with the same seed
        </PageButton>
      )}
    </Group>
  );
}

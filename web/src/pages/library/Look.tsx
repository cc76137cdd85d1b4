/** What a job looks like in a list: its first result, or how it stands instead of one. */
import { Box, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleOff, IconLoader } from "@tabler/icons-react";
import { isOpen, type LibraryItem } from "../../api/library";
import { nameOf } from "../../media/output";
import { Thumb } from "../../media/Thumb";
import { words } from "../../parts/words";

export function Look({ job, size }: { job: LibraryItem; size: number }) {
  const [first] = job.outputs;
  if (first) {
    return <Thumb output={first} alt={nameOf(first, 1, 1)} size={size} />;
  }
  const small = size < 80;
  const Icon = isOpen(job) ? IconLoader : job.status === "failed" ? IconAlertTriangle : IconCircleOff;
  return (
    <Stack w={size} h={size} align="center" justify="center" gap={6} p={small ? 0 : "xs"}>
      <Box component={Icon} size={small ? 18 : 24} stroke={1.5} c="dimmed" aria-hidden />
      {!small && (
        <Text size="xs" c="dimmed" ta="center" lineClamp={4}>
          {isOpen(job)
            ? `${words(job.phase)}${job.progress === null ? "" : `, ${job.progress} %`}`
            : (job.error?.message ?? words(job.status))}
        </Text>
      )}
      {!small && isOpen(job) && job.progress !== null && (
        <Progress value={job.progress} w="100%" size="sm" aria-label="Progress, percent" />
      )}
    </Stack>
  );
}

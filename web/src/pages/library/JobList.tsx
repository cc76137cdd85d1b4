/** Jobs as lines, for who looks for one among many. */
import { Group, Table, Text, VisuallyHidden } from "@mantine/core";
import type { LibraryItem } from "../../api/library";
import { PageLink } from "../../parts/links";
import { ScrollTable } from "../../parts/ScrollTable";
import { StatusBadge } from "../../parts/StatusBadge";
import { ago, moment, usd } from "../../parts/words";
import { Look } from "./Look";

export function JobList({ jobs }: { jobs: LibraryItem[] }) {
  return (
    <ScrollTable name="Jobs" minWidth={820} verticalSpacing={6} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={56}>
            <VisuallyHidden>Result</VisuallyHidden>
          </Table.Th>
          <Table.Th>Job</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th>Key</Table.Th>
          <Table.Th>Ordered through</Table.Th>
          <Table.Th ta="right">Cost</Table.Th>
          <Table.Th>Made</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map((job) => (
          <Table.Tr key={job.id}>
            <Table.Td>
              <Look job={job} size={40} />
            </Table.Td>
            <Table.Td maw={320}>
              <PageLink to="/library/$id" params={{ id: job.id }} size="sm" truncate display="block">
                {job.prompt || job.model}
              </PageLink>
              <Text size="xs" c="dimmed" truncate>
                {job.model}
              </Text>
            </Table.Td>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <StatusBadge status={job.status} />
                {job.progress !== null && job.ended_at === null && <Text size="xs">{job.progress} %</Text>}
              </Group>
            </Table.Td>
            <Table.Td maw={140}>
              <Text size="sm" truncate>
                {job.key_name || job.key}
              </Text>
            </Table.Td>
            <Table.Td>{job.dialect}</Table.Td>
            <Table.Td ta="right">{usd(job.charged_usd ?? job.price_usd)}</Table.Td>
            <Table.Td>
              <Text size="sm" title={moment(job.created_at)}>
                {ago(job.created_at)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

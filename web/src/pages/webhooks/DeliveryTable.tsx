/** Deliveries as lines: what was sent to whom, and what became of it. */
import { Button, Table, Text, VisuallyHidden } from "@mantine/core";
import { PageLink } from "../../parts/links";
import { ScrollTable } from "../../parts/ScrollTable";
import { StatusBadge } from "../../parts/StatusBadge";
import { ago, moment } from "../../parts/words";
import type { Delivery, Endpoint } from "./words";

/** A job's id without what a dialect puts before it. */
export function bare(job: string): string {
  return job.replace(/^[a-z]+_/, "");
}

export function DeliveryTable({
  deliveries,
  endpoints,
  show,
  job = true,
}: {
  deliveries: Delivery[];
  endpoints: Endpoint[];
  show: (id: string) => void;
  /** Whether to say which job each is about. */
  job?: boolean;
}) {
  return (
    <ScrollTable name="Deliveries" minWidth={job ? 760 : 560} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>State</Table.Th>
          <Table.Th>Event</Table.Th>
          <Table.Th>To</Table.Th>
          {job && <Table.Th>Job</Table.Th>}
          <Table.Th ta="right">Tries</Table.Th>
          <Table.Th>Made</Table.Th>
          <Table.Th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {deliveries.map((delivery) => (
          <Table.Tr key={delivery.id}>
            <Table.Td>
              <StatusBadge status={delivery.state} />
            </Table.Td>
            <Table.Td>
              <Text size="sm" ff="monospace">
                {delivery.type}
              </Text>
            </Table.Td>
            <Table.Td maw={240}>
              <Text size="sm" truncate>
                {receiver(delivery, endpoints)}
              </Text>
            </Table.Td>
            {job && (
              <Table.Td>
                {delivery.job_id ? (
                  <PageLink to="/library/$id" params={{ id: bare(delivery.job_id) }} size="sm" ff="monospace">
                    {bare(delivery.job_id).slice(0, 10)}…
                  </PageLink>
                ) : (
                  "–"
                )}
              </Table.Td>
            )}
            <Table.Td ta="right">{delivery.tries}</Table.Td>
            <Table.Td>
              <span title={moment(delivery.created_at)}>{ago(delivery.created_at)}</span>
            </Table.Td>
            <Table.Td ta="right">
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => show(delivery.id)}
                aria-label={`Details of ${delivery.type}, ${delivery.state}`}
              >
                Details
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

/** To whom it went: people know an endpoint by its description or address. */
export function receiver({ endpoint_id }: Delivery, endpoints: Endpoint[]): string {
  if (!endpoint_id) {
    return "The job's own callback";
  }
  const endpoint = endpoints.find(({ id }) => id === endpoint_id);
  return endpoint ? endpoint.description || endpoint.url : "A deleted endpoint";
}

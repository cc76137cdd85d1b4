/** What became of a test message, told as it happens. */
import { Alert, Text } from "@mantine/core";
import { query } from "../../api/client";
import { PageLink } from "../../parts/links";
import { Trouble } from "../../parts/Notes";
import { moment, span } from "../../parts/words";
import { outcome } from "./words";

export function TestOutcome({ id }: { id: string }) {
  const { data, error } = query.useQuery(
    "get",
    "/v1/webhooks/deliveries/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && state.data.state !== "pending" ? false : 700) },
  );
  if (error) {
    return <Trouble error={error} />;
  }
  const last = data?.log?.at(-1);
  const delivered = data?.state === "delivered";
  const colour = delivered ? "green" : last ? "red" : "gray";
  const title = delivered
    ? "The test arrived"
    : data?.state === "pending" && last
      ? "The test did not arrive yet"
      : data?.state === "pending" || !data
        ? "The test is being sent"
        : "The test did not arrive";
  return (
    <div role="status">
      <Alert color={colour} variant="light" title={title}>
        <Text size="sm">
          {last ? `${outcome(last)} after ${span(last.took_ms)}. ` : "Waiting for an answer. "}
          {data?.state === "pending" && last && data.due_at && `Tried again at ${moment(data.due_at)}. `}
          <PageLink to="/webhooks" from="/webhooks" search={(now) => ({ ...now, delivery: id })} inherit>
            See every try
          </PageLink>
        </Text>
      </Alert>
    </div>
  );
}

/** All endpoints of the account in the key's mode. */
import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { query } from "../../api/client";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { EndpointCard } from "./EndpointCard";

/** So many there may be in each mode. */
const MAX = 20;

export function Endpoints({ add }: { add: () => void }) {
  const { data, error, refetch } = query.useQuery("get", "/v1/webhooks/endpoints");
  return (
    <Stack component="section" gap="sm" aria-labelledby="endpoints">
      <Title order={2} size="h4" id="endpoints">
        Endpoints
      </Title>
      {error ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="endpoints" />
      ) : data.endpoints.length === 0 ? (
        <Empty title="No endpoint yet">
          <Stack align="center" gap="sm">
            <span>
              An endpoint hears of every job. To hear of a single one, give its order a{" "}
              <Anchor href="/docs" underline="always">
                webhook_url or callback_url
              </Anchor>{" "}
              instead.
            </span>
            <Button variant="light" onClick={add}>
              Add the first endpoint
            </Button>
          </Stack>
        </Empty>
      ) : (
        <>
          {data.endpoints.map((endpoint) => (
            <EndpointCard key={endpoint.id} endpoint={endpoint} />
          ))}
          {data.endpoints.length >= MAX && (
            <Text size="sm" c="dimmed">
              There may be {MAX} endpoints; delete one to add another.
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}

/** What was told about this job, and to whom. */
import { Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { query } from "../../api/client";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Trouble, Waiting } from "../../parts/Notes";
import { DeliveryDrawer } from "../webhooks/DeliveryDrawer";
import { DeliveryTable } from "../webhooks/DeliveryTable";

export function JobDeliveries({ id, open }: { id: string; open: boolean }) {
  const [shown, setShown] = useState<string>();
  const endpoints = query.useQuery("get", "/v1/webhooks/endpoints").data?.endpoints ?? [];
  const pages = query.useInfiniteQuery(
    "get",
    "/v1/webhooks/deliveries",
    { params: { query: { job: id, limit: 20 } } },
    {
      pageParamName: "before",
      // Not `undefined`: a page number would be sent in its place.
      initialPageParam: null,
      getNextPageParam: (last) => last.next,
      refetchInterval: ({ state: { data } }) =>
        open || data?.pages.some((page) => page.deliveries.some(({ state }) => state === "pending"))
          ? 2000
          : false,
    },
  );
  const { data, error, refetch } = pages;
  const rows = data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <Stack component="section" gap="sm" aria-labelledby="deliveries">
      <Title order={2} size="h4" id="deliveries">
        Webhook deliveries
      </Title>
      {error && !data ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="deliveries" />
      ) : rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody was told of this job: no endpoint hears of it, and its order named no callback.{" "}
          <PageLink to="/webhooks" inherit underline="always">
            Webhooks
          </PageLink>
        </Text>
      ) : (
        <>
          <DeliveryTable deliveries={rows} endpoints={endpoints} show={setShown} job={false} />
          <More pages={pages} />
        </>
      )}
      <DeliveryDrawer id={shown} endpoints={endpoints} close={() => setShown(undefined)} />
    </Stack>
  );
}

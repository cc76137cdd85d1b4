/** What a key may spend, and how much of it is spent and held. */
import { Button, Group, Paper, Progress, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { decimal, micro } from "../../../parts/money";
import { Trouble, Waiting } from "../../../parts/Notes";
import { usd } from "../../../parts/words";
import { percent } from "../shared/amounts";
import { budgetQuery } from "../shared/calls";
import type { ApiKey, KeyBudget } from "../shared/types";
import { EditBudget } from "./dialogs";

const PERIODS = [
  { name: "day_usd", label: "Today" },
  { name: "month_usd", label: "This month" },
  { name: "total_usd", label: "In all" },
] as const;

export function Budget({ apiKey }: { apiKey: ApiKey }) {
  const { data, isError, error, refetch } = useQuery(budgetQuery(apiKey.id));
  const [opened, dialog] = useDisclosure();
  const bounded = data && PERIODS.some(({ name }) => data.budget[name]);
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={3} size="h4">
          Budget
        </Title>
        {data && apiKey.state === "active" && (
          <Button size="xs" variant="default" onClick={dialog.open}>
            {bounded ? "Change" : "Set a budget"}
          </Button>
        )}
      </Group>
      {isError && <Trouble error={error} again={() => refetch()} />}
      {!data && !isError && <Waiting what="the budget" />}
      {data && !bounded && <Text size="sm">None. It may spend all of its account's credit.</Text>}
      {data && bounded && (
        <Paper withBorder p="sm">
          <Stack>
            {PERIODS.map(({ name, label }) => (
              <Bar key={name} label={label} state={data} period={name} />
            ))}
          </Stack>
        </Paper>
      )}
      {data && <EditBudget opened={opened} onClose={dialog.close} apiKey={apiKey} budget={data.budget} />}
    </Stack>
  );
}

function Bar({
  label,
  state,
  period,
}: {
  label: string;
  state: KeyBudget;
  period: (typeof PERIODS)[number]["name"];
}) {
  const max = state.budget[period];
  if (!max) {
    return null;
  }
  const spent = state.spent?.[period] ?? "0.00";
  const held = state.held_usd ?? "0.00";
  const left = micro(max) - micro(spent) - micro(held);
  const used = percent(micro(spent), micro(max));
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {label}: {usd(max)}
        </Text>
        <Text size="sm">{left > 0n ? `${usd(decimal(left))} left` : "Nothing left"}</Text>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section
          value={used}
          color={left > 0n ? "violet" : "red"}
          aria-label={`${label}: spent ${usd(spent)} of ${usd(max)}`}
        />
        <Progress.Section
          value={Math.min(100 - used, percent(micro(held), micro(max)))}
          color="gray"
          aria-label={`${label}: held ${usd(held)} of ${usd(max)}`}
        />
      </Progress.Root>
      <Text size="xs" c="dimmed">
        {usd(spent)} spent, {usd(held)} held for open jobs
      </Text>
    </Stack>
  );
}

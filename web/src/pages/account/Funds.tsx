/** The balance, and what the key's budget leaves of it. */
import { Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { query } from "../../api/client";
import type { components } from "../../api/schema";
import { Trouble, Waiting } from "../../parts/Notes";
import { moment, usd } from "../../parts/words";

type Balance = components["schemas"]["Balance"];
type Bound = components["schemas"]["BudgetBound"];

export function Funds() {
  const { data, error, refetch } = query.useQuery("get", "/v1/balance");
  if (error) {
    return <Trouble error={error} again={() => void refetch()} />;
  }
  if (!data) {
    return <Waiting what="the balance" />;
  }
  return (
    <>
      <Stack component="section" gap="sm" aria-labelledby="balance">
        <Title order={2} size="h4" id="balance">
          Balance
        </Title>
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <Figure name="Available" value={usd(data.available_usd)} note="free to spend" />
          <Figure
            name="Held"
            value={usd(data.held_usd)}
            note="for open jobs; what they do not use comes back"
          />
          <Figure
            name="Credits"
            value={data.credits.toLocaleString()}
            note="whole cents available, as the jobs dialect counts"
          />
        </SimpleGrid>
      </Stack>
      {data.budget && <Budget budget={data.budget} />}
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fz={24} fw={650} className="anywhere">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Paper>
  );
}

const SPANS = [
  ["day", "Today"],
  ["month", "This month"],
  ["total", "In all"],
] as const;

function Budget({ budget }: { budget: NonNullable<Balance["budget"]> }) {
  return (
    <Stack component="section" gap="sm" aria-labelledby="budget">
      <Title order={2} size="h4" id="budget">
        Budget of this key
      </Title>
      <Paper withBorder p="md">
        <Stack>
          {SPANS.map(([span, name]) => {
            const bound = budget[span];
            return bound && <Bar key={span} name={name} bound={bound} held={budget.held_usd} />;
          })}
          <Text size="sm" c="dimmed">
            {usd(budget.held_usd)} is held for the key's open jobs and counts in every bound.
          </Text>
        </Stack>
      </Paper>
    </Stack>
  );
}

/** What share of a bound an amount is, in percent. Only for the bar. */
function share(amount: string, bound: Bound): number {
  const max = Number(bound.max_usd);
  return max > 0 ? Math.min(100, (Number(amount) / max) * 100) : 100;
}

function Bar({ name, bound, held }: { name: string; bound: Bound; held: string }) {
  const spent = share(bound.spent_usd, bound);
  const reserved = Math.min(100 - spent, share(held, bound));
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="sm">
          {usd(bound.spent_usd)} of {usd(bound.max_usd)} spent, {usd(bound.left_usd)} left
          {bound.renews_at && `, renews ${moment(bound.renews_at)}`}
        </Text>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section
          value={spent}
          color={spent >= 90 ? "red" : "violet"}
          aria-label={`${name}: spent, percent`}
        />
        <Progress.Section value={reserved} color="gray" aria-label={`${name}: held, percent`} />
      </Progress.Root>
    </Stack>
  );
}

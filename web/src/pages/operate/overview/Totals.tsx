/** The sums of the span, and how they changed against the one before. */
import { Paper, SimpleGrid, Text } from "@mantine/core";
import { type Days, length } from "../../../parts/days";
import { change } from "../shared/amounts";
import type { Usage } from "../shared/types";
import { MEASURES, shown } from "./measures";
import { counted, type Measure } from "./series";

/** The sum over the modes that are shown. */
function sum(usages: Usage[], measure: Measure): bigint {
  return usages.reduce((sum, { totals }) => sum + counted(totals, measure), 0n);
}

export function Totals({ now, before, days }: { now: Usage[]; before: Usage[] | undefined; days: Days }) {
  const count = length(days);
  const than = count === 1 ? "the day before" : `the ${count} days before`;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
      {MEASURES.map(({ measure, label, says }) => {
        const value = sum(now, measure);
        const was = before && sum(before, measure);
        return (
          <Paper withBorder p="sm" key={measure} component="section" aria-label={label}>
            <Text size="sm" c="dimmed" title={says}>
              {label}
            </Text>
            <Text fz="xl" fw={650} lh={1.3}>
              {shown(value, measure)}
            </Text>
            <Text size="xs" c="dimmed">
              {was === undefined
                ? " "
                : was === 0n
                  ? `none ${count === 1 ? "the day before" : "before"}`
                  : `${change(value, was)} against ${shown(was, measure)} ${than}`}
            </Text>
          </Paper>
        );
      })}
    </SimpleGrid>
  );
}

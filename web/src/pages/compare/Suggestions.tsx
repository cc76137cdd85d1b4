/** Where nothing is chosen yet: the models of a few tools, which do the same thing and so compare well. */
import { SimpleGrid, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { query } from "../../api/client";
import { Empty } from "../../parts/Notes";
import classes from "./Compare.module.css";
import { MOST } from "./ModelPicker";

const TOOLS = ["ai-image-generator", "text-to-video", "text-to-speech"];

export function Suggestions({ prompt }: { prompt?: string }) {
  const tools = useQueries({
    queries: TOOLS.map((id) => ({
      ...query.queryOptions("get", "/v1/tools/{id}", { params: { path: { id } } }),
      // An operator may have taken a tool away.
      retry: false,
    })),
    combine: (asked) => asked.flatMap(({ data }) => data ?? []),
  });
  const offers = tools
    .map(({ id, name, models }) => ({
      id,
      name,
      models: models.filter(({ enabled }) => enabled).slice(0, MOST),
    }))
    .filter(({ models }) => models.length > 1);
  return (
    <>
      <Empty title="No models chosen">
        Choose two to four above, or begin with some that do the same thing.
      </Empty>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        {offers.map(({ id, name, models }) => (
          <Link
            key={id}
            to="/compare"
            search={{ models: models.map(({ id }) => id).join(","), prompt }}
            className={classes.offer}
          >
            <Text fw={600}>{name}</Text>
            <Text size="sm" c="dimmed" mt={2}>
              {models.map(({ name }) => name).join(", ")}
            </Text>
          </Link>
        ))}
      </SimpleGrid>
    </>
  );
}

/** Who makes the models that there are. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";

const LIMIT = 100;

async function page(offset: number) {
  const { data } = await api.GET("/v1/models", { params: { query: { limit: LIMIT, offset } } });
  return data ?? { models: [], total: 0 };
}

async function ask(): Promise<string[]> {
  const first = await page(0);
  const more = Array.from({ length: Math.ceil(first.total / LIMIT) - 1 }, (_, at) => page((at + 1) * LIMIT));
  const all = [first, ...(await Promise.all(more))];
  return [...new Set(all.flatMap(({ models }) => models.map(({ vendor }) => vendor)))].sort();
}

/** Their ids, once they are wanted. */
export function useVendors(wanted: boolean): string[] | undefined {
  return useQuery({ queryKey: ["vendors"], queryFn: ask, enabled: wanted, staleTime: 600_000 }).data;
}

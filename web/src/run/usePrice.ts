/** What a request would cost, asked by a dry run while it is being written. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { Fault } from "../api/fault";
import type { RunRequest } from "./useRun";

/** The answer to a dry run. */
export interface Price {
  cost_usd: string;
  credits: number;
  providers: string[];
  /** The parameters with the defaults filled in. */
  input: Record<string, unknown>;
}

async function ask({ model, tool, input }: RunRequest): Promise<Price> {
  const header = { "Spool-Dry-Run": "true" as const };
  const { data } = tool
    ? await api.POST("/v1/tools/{id}/run", { params: { path: { id: tool }, header }, body: { input, model } })
    : await api.POST("/v1/models/{model}/run", {
        params: { path: { model: model ?? "" }, header },
        body: { input },
      });
  return data as unknown as Price;
}

/** The price of a request; `fault` is what keeps it from being run, with the field where one is at fault. */
export function usePrice(request: RunRequest, enabled = true) {
  const [asked] = useDebouncedValue(request, 250);
  const { data, error, isFetching } = useQuery({
    queryKey: ["price", asked],
    queryFn: () => ask(asked),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });
  return { price: error ? undefined : data, fault: error instanceof Fault ? error : undefined, isFetching };
}

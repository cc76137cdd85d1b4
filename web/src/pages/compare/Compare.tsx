/** One prompt on two to four models, side by side. */
import { Alert } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { query } from "../../api/client";
import { told } from "../../api/fault";
import { Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { Bench, type Model } from "./Bench";
import { MOST, ModelPicker } from "./ModelPicker";
import { Suggestions } from "./Suggestions";

/** The models of the address, each once. */
function idsIn(models: string | undefined): string[] {
  return [...new Set((models ?? "").split(",").filter(Boolean))].slice(0, MOST);
}

/** Of whatever kind the first model is, the others have to be. A function of its own, so that its answer stays the same. */
function sorted(asked: { data?: Model; error: unknown; isPending: boolean }[]) {
  const found = asked.flatMap(({ data }) => data ?? []);
  return {
    models: found.filter(({ kind }) => kind === found[0]?.kind),
    strange: found.filter(({ kind }) => kind !== found[0]?.kind),
    faults: asked.map(({ error }) => error),
    waits: asked.some(({ isPending }) => isPending),
  };
}

export function Compare() {
  const search = useSearch({ from: "/shell/compare" });
  const navigate = useNavigate();
  const ids = idsIn(search.models);
  const { models, strange, faults, waits } = useQueries({
    queries: ids.map((id) =>
      query.queryOptions("get", "/v1/models/{id}", { params: { path: { id } } }, { staleTime: 300_000 }),
    ),
    combine: sorted,
  });
  const change = (next: { models?: string; prompt?: string }) =>
    navigate({ to: "/compare", search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const choose = (ids: string[]) => void change({ models: ids.join(",") || undefined });
  const keep = useDebouncedCallback((prompt: string) => void change({ prompt: prompt || undefined }), 300);
  return (
    <Page
      title="Compare"
      lead="One prompt on two to four models: what each makes, how fast, and for how much."
    >
      <ModelPicker chosen={ids} known={models} onChange={choose} />
      {faults.map((fault, at) =>
        fault ? (
          <Alert key={ids[at]} color="red" variant="light" role="alert" title={`${ids[at]} is left out`}>
            {told(fault)}
          </Alert>
        ) : null,
      )}
      {strange.map(({ id, name, kind }) => (
        <Alert key={id} color="orange" variant="light" role="alert" title={`${name} is left out`}>
          {`It makes another kind of thing (${kind}) than ${models[0]?.name} (${models[0]?.kind}).`}
        </Alert>
      ))}
      {ids.length === 0 ? (
        <Suggestions prompt={search.prompt} />
      ) : waits ? (
        <Waiting what="the models" />
      ) : (
        models.length > 0 && (
          <Bench
            models={models}
            prompt={search.prompt}
            onPrompt={keep}
            onRemove={(id) => choose(ids.filter((other) => other !== id))}
          />
        )
      )}
    </Page>
  );
}

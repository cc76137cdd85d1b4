/** One model: its form, its result, the request as code, and what there is to know of it. */
import { Anchor, Button, Code, Group, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { query } from "../../api/client";
import { useFile } from "../../form/media/useFile";
import { specOf } from "../../form/schema";
import { CopyText } from "../../parts/CopyText";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { words } from "../../parts/words";
import { useDraft } from "./draft";
import { fetchEarlier, takenOver, withFile } from "./earlier";
import { isFamily, type ModelDetail, priceFrom } from "./models";
import { Workbench } from "./Workbench";

export function ModelPage() {
  const { _splat: id = "" } = useParams({ from: "/shell/playground/$" });
  const {
    data: model,
    error,
    refetch,
  } = query.useQuery("get", "/v1/models/{id}", {
    params: { path: { id } },
  });
  if (error) {
    return (
      <Page title={id}>
        <Trouble error={error} again={refetch} />
        <Text>
          <Anchor component={Link} to="/playground">
            All models
          </Anchor>
        </Text>
      </Page>
    );
  }
  if (!model) {
    return (
      <Page title={id}>
        <Waiting what="the model" />
      </Page>
    );
  }
  return isFamily(id) ? <Family model={model} /> : <Known key={id} id={id} model={model} />;
}

/** Many models under one stanza: which of them is told by the address. */
function Family({ model }: { model: ModelDetail }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const start = model.id.replace(/\*.*$/, "");
  const rest = name.trim().replace(start, "");
  return (
    <Page title={model.name} lead={model.description}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (rest) {
            void navigate({ to: "/playground/$", params: { _splat: start + rest } });
          }
        }}
      >
        <Group align="flex-end" maw={560}>
          <TextInput
            flex={1}
            label="Endpoint"
            description={`What follows ${start} in its name there`}
            placeholder={model.id.endsWith("**") ? "flux/dev" : "owner/name"}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!rest}>
            Open
          </Button>
        </Group>
      </form>
    </Page>
  );
}

function Known({ id, model }: { id: string; model: ModelDetail }) {
  const { from, file, seed } = useSearch({ from: "/shell/playground/$" });
  const draft = useDraft(id);
  const earlier = useQuery({
    queryKey: ["earlier job", from],
    queryFn: () => fetchEarlier(from ?? ""),
    enabled: from !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const { shown, trouble } = useFile(file ?? "");
  const waits = (from && earlier.isPending) || (file && !shown.type && !trouble);
  const spec = specOf(model.input_schema);
  const begin = () => {
    let input = from ? takenOver(spec, earlier.data?.input ?? {}) : (draft.kept ?? {});
    if (file) {
      input = withFile(spec, input, file, shown.type);
    }
    return seed && /^\d+$/.test(seed) ? { ...input, seed: Number(seed) } : input;
  };
  return (
    <Page
      title={model.name}
      lead={model.description}
      aside={
        <Group gap={6}>
          <Code>{id}</Code>
          <CopyText text={id} size="compact-xs">
            Copy id
          </CopyText>
        </Group>
      }
    >
      <Group gap="xs" mt={-8}>
        <Text size="sm" c="dimmed">
          {[model.vendor, words(model.category ?? model.kind), priceFrom(model)].filter(Boolean).join(" · ")}
        </Text>
      </Group>
      {model.status === "retired" && model.retired ? (
        <Empty title={`Its maker has shut it down on ${model.retired.on}`}>
          <Anchor component={Link} to={`/playground/${model.retired.successor}`}>
            To its successor {model.retired.successor}
          </Anchor>
        </Empty>
      ) : waits ? (
        <Waiting what="what the form begins with" />
      ) : (
        <>
          {earlier.error && <Trouble error={earlier.error} />}
          <Workbench id={id} model={model} begin={begin} draft={draft} />
        </>
      )}
    </Page>
  );
}

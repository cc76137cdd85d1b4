/** One tool: its input, its model, and what comes out. */
import { Anchor, Badge, Group } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { query } from "../../api/client";
import { Fault } from "../../api/fault";
import { specOf } from "../../form/schema";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { filesOf, type Input, modelOf, type Tool } from "./offer";
import { ToolDesk } from "./ToolDesk";

const MAKES = { image: "Makes pictures", video: "Makes clips", audio: "Makes sounds", text: "Makes text" };

/** An earlier result as the tool's first file, which is its required one where it has one. */
function startWith(tool: Tool, file: string | undefined): Input {
  const spec = specOf(tool.input_schema);
  const files = filesOf(spec);
  const place = files.find(({ name }) => spec.required?.includes(name)) ?? files[0];
  return file && place ? { [place.name]: place.many ? [file] : file } : {};
}

export function ToolPage() {
  const { id } = useParams({ from: "/shell/tools/$id" });
  const { file } = useSearch({ from: "/shell/tools/$id" });
  const { data, error, refetch } = query.useQuery("get", "/v1/tools/{id}", { params: { path: { id } } });
  if (error instanceof Fault && error.status === 404) {
    return (
      <Page title="No such tool">
        <Empty title={`There is no tool ${id}`}>
          <Anchor component={Link} to="/tools">
            Show all tools
          </Anchor>
        </Empty>
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title="Tool">
        {error ? <Trouble error={error} again={() => void refetch()} /> : <Waiting what="the tool" />}
      </Page>
    );
  }
  const first = modelOf(data, undefined);
  return (
    <Page
      title={data.name}
      lead={data.description}
      aside={
        <Group gap="sm">
          <Badge variant="default" tt="none">
            {MAKES[data.makes]}
          </Badge>
          <Anchor component={Link} to="/tools" size="sm">
            <Group gap={4} wrap="nowrap">
              <IconArrowLeft size={14} aria-hidden /> All tools
            </Group>
          </Anchor>
        </Group>
      }
    >
      {first ? (
        <ToolDesk
          key={`${data.id} ${file ?? ""}`}
          tool={data}
          first={first}
          initial={startWith(data, file)}
        />
      ) : (
        <Empty title="No model serves this tool" />
      )}
    </Page>
  );
}

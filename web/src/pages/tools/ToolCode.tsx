/** The request as programs, for whoever wants to send it from elsewhere. Loaded when it is opened. */
import { Button, Collapse, Paper } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { lazy, Suspense, useId, useState } from "react";
import { Waiting } from "../../parts/Notes";
import type { Input, Tool, ToolModel } from "./offer";

const RequestCode = lazy(() =>
  import("../../code/RequestCode").then(({ RequestCode }) => ({ default: RequestCode })),
);

export function ToolCode({ tool, model, input }: { tool: Tool; model: ToolModel; input: Input }) {
  const [opened, show] = useState(false);
  const place = useId();
  return (
    <Paper withBorder p="xs">
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        onClick={() => show(!opened)}
        aria-expanded={opened}
        aria-controls={place}
        leftSection={opened ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
      >
        The request as code
      </Button>
      <Collapse expanded={opened} id={place}>
        {opened && (
          <Suspense fallback={<Waiting what="the code" />}>
            <RequestCode model={model.id} tool={tool.id} input={input} />
          </Suspense>
        )}
      </Collapse>
    </Paper>
  );
}

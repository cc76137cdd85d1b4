/** What a customer asked for: shown only to who wants to see it, and the log tells who that was. */
import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { answered, api } from "../../../api/client";
import { Trouble } from "../../../parts/Notes";
import { useAgain } from "../shared/calls";
import type { JobDetail } from "../shared/types";

export function Asked({ id }: { id: string }) {
  const again = useAgain();
  const [params, setParams] = useState<JobDetail["params"]>();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const show = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      // Never out of what was read before: each look has its line in the log.
      const asked = { path: { id }, query: { params: "true" } } as const;
      const { params } = await answered(api.GET("/admin/v1/jobs/{id}", { params: asked }));
      setParams(params ?? {});
      await again();
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
  };
  if (params) {
    return (
      <Stack gap="xs">
        <Code block tabIndex={0} aria-label="What was asked for">
          {JSON.stringify(params, null, 2)}
        </Code>
        <Group>
          <Button size="xs" variant="default" onClick={() => setParams(undefined)}>
            Hide it
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">
        The prompt and all other parameters are the customer's own. If you look, the audit log says that you
        did.
      </Text>
      {fault !== undefined && <Trouble error={fault} />}
      <Button size="xs" variant="default" onClick={show} loading={busy}>
        Show what was asked for
      </Button>
    </Stack>
  );
}

/** How a receiver knows that a message is from this server: the secret of callbacks, and code that checks. */
import { Anchor, Button, Group, Paper, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, query } from "../../api/client";
import { Ask } from "../../parts/Ask";
import { Trouble, Waiting } from "../../parts/Notes";
import { Snippet } from "../../parts/Snippet";
import { SecretText } from "./Secret";

const PYTHON = `from standardwebhooks import Webhook          # pip install standardwebhooks

hook = Webhook("whsec_…")

def receive(body: bytes, headers: dict):
    message = hook.verify(body, headers)      # raises WebhookVerificationError
    print(message["type"], message["data"])
`;

const NODE = `import { Webhook } from "standardwebhooks";   // npm install standardwebhooks
import express from "express";

const hook = new Webhook("whsec_…");
express().post("/hook", express.raw({ type: "application/json" }), (request, response) => {
  const message = hook.verify(request.body, request.headers);   // throws WebhookVerificationError
  response.sendStatus(204);
}).listen(3000);
`;

export function Signing() {
  return (
    <Stack component="section" gap="sm" aria-labelledby="signing">
      <Title order={2} size="h4" id="signing">
        Signatures
      </Title>
      <CallbackSecret />
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Title order={3} size="h5">
            Checking a message
          </Title>
          <Text size="sm">
            Messages follow{" "}
            <Anchor
              href="https://www.standardwebhooks.com"
              target="_blank"
              rel="noreferrer"
              inherit
              underline="always"
            >
              Standard Webhooks
            </Anchor>
            . Give the library the bytes that arrived, with the secret of the endpoint; it refuses whatever is
            older than five minutes. Answer with any 2xx within 15 seconds, keep the highest{" "}
            <code>sequence</code> of each job, and drop a <code>webhook-id</code> that you have seen.
          </Text>
          <Tabs defaultValue="python">
            <Tabs.List>
              <Tabs.Tab value="python">Python</Tabs.Tab>
              <Tabs.Tab value="node">Node</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="python" pt="xs">
              <Snippet text={PYTHON} what="the Python code" />
            </Tabs.Panel>
            <Tabs.Panel value="node" pt="xs">
              <Snippet text={NODE} what="the Node code" />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      </Paper>
    </Stack>
  );
}

/** The first look makes one, so it is looked at only where somebody asks. */
function CallbackSecret() {
  const queries = useQueryClient();
  const [shown, setShown] = useState(false);
  const [asking, setAsking] = useState<"rotate" | "delete">();
  const { data, error, refetch } = query.useQuery("get", "/v1/webhooks/secret", undefined, {
    enabled: shown,
    gcTime: 0,
  });
  const close = () => setAsking(undefined);
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Title order={3} size="h5">
          Callbacks of single jobs
        </Title>
        <Text size="sm">
          What an order names as <code>webhook_url</code> or <code>callback_url</code> is signed with one
          secret of the account, as soon as it has one. Showing it makes it, where there is none yet.
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" aria-expanded={shown} onClick={() => setShown(!shown)}>
            {shown ? "Hide secret" : "Show secret"}
          </Button>
          <Button size="xs" variant="default" onClick={() => setAsking("rotate")}>
            Rotate
          </Button>
          <Button size="xs" variant="default" onClick={() => setAsking("delete")}>
            Stop signing
          </Button>
        </Group>
        {shown &&
          (error ? (
            <Trouble error={error} again={() => void refetch()} />
          ) : data ? (
            <SecretText secret={data.secret} previousUntil={data.previous_until} />
          ) : (
            <Waiting what="the secret" />
          ))}
      </Stack>
      <Ask
        opened={asking === "rotate"}
        onClose={close}
        title="Rotate the secret of callbacks?"
        verb="Rotate the secret"
        act={async () => {
          await api.POST("/v1/webhooks/secret/rotate");
          await queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/secret"] });
          setShown(true);
        }}
      >
        <Text size="sm">
          A new secret signs from now on. For 24 hours the present one signs along. The header{" "}
          <code>X-Abstrakt-Signature</code> is made with the new one at once.
        </Text>
      </Ask>
      <Ask
        opened={asking === "delete"}
        onClose={close}
        title="Stop signing callbacks?"
        verb="Stop signing"
        danger
        act={async () => {
          setShown(false);
          await api.DELETE("/v1/webhooks/secret");
        }}
      >
        <Text size="sm">
          Callbacks are sent without a signature from now on, and receivers that check for one refuse them.
          The secret is gone; showing it again makes another.
        </Text>
      </Ask>
    </Paper>
  );
}

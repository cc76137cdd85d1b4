/** What may be done with a key: change it, bound it, follow it by another one, end it. */
import { Alert, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { answered, api } from "../../../api/client";
import { useSession } from "../../../api/session";
import { Ask } from "../../../parts/Ask";
import { about, useAgain } from "../shared/calls";
import type { ApiKey, KeyBudget, NewKey } from "../shared/types";
import {
  BudgetFields,
  boundsBody,
  boundsOf,
  boundsReady,
  Permissions,
  RateFields,
  rateBody,
  rateReady,
  USUAL_RATE,
} from "./fields";
import { unfit } from "./scopes";

interface Dialog {
  opened: boolean;
  onClose: () => void;
  apiKey: ApiKey;
}

/** How people call a key. */
export function keyName({ name, id }: Pick<ApiKey, "name" | "id">): string {
  return name || id;
}

export function EditKey({ opened, onClose, apiKey }: Dialog) {
  const again = useAgain();
  const [name, setName] = useState(apiKey.name);
  const [scopes, setScopes] = useState(apiKey.scopes);
  const [rate, setRate] = useState(USUAL_RATE);
  useEffect(() => {
    if (opened) {
      setName(apiKey.name);
      setScopes(apiKey.scopes);
      setRate(apiKey.rate ? { own: true, ...apiKey.rate } : USUAL_RATE);
    }
  }, [opened, apiKey]);
  const act = async () => {
    const body = { name: name.trim(), scopes, rate: rateBody(rate) };
    await api.PATCH("/admin/v1/keys/{id}", { ...about(apiKey.id), body });
    await again("keys");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Edit ${keyName(apiKey)}`}
      verb="Save"
      size="lg"
      ready={unfit(scopes, apiKey.mode) === undefined && rateReady(rate)}
      fields={["name", "scopes", "rate"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={wrong("name")}
            maxLength={100}
            data-autofocus
          />
          <Permissions scopes={scopes} mode={apiKey.mode} onChange={setScopes} wrong={wrong("scopes")} />
          <RateFields rate={rate} onChange={setRate} wrong={wrong("rate")} />
          <Text size="sm" c="dimmed">
            Changes count within a second.
          </Text>
        </>
      )}
    </Ask>
  );
}

export function EditBudget({ opened, onClose, apiKey, budget }: Dialog & { budget: KeyBudget["budget"] }) {
  const again = useAgain();
  const [bounds, setBounds] = useState(boundsOf(budget));
  useEffect(() => {
    if (opened) {
      setBounds(boundsOf(budget));
    }
  }, [opened, budget]);
  const act = async () => {
    await api.PUT("/admin/v1/keys/{id}/budget", { ...about(apiKey.id), body: boundsBody(bounds) });
    await again("keys");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Budget of ${keyName(apiKey)}`}
      verb="Save"
      ready={boundsReady(bounds)}
      fields={["day_usd", "month_usd", "total_usd"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <BudgetFields bounds={bounds} onChange={setBounds} wrong={wrong} />
          <Text size="sm" c="dimmed">
            What the key has spent already counts. A bound below that lets nothing pass until it renews.
          </Text>
        </>
      )}
    </Ask>
  );
}

const OVERLAPS = [
  { value: "0", label: "Ends at once" },
  { value: "3600", label: "Goes on for an hour" },
  { value: "86400", label: "Goes on for a day" },
  { value: "604800", label: "Goes on for a week" },
  { value: "2592000", label: "Goes on for 30 days" },
];

export function RotateKey({ opened, onClose, apiKey, onMade }: Dialog & { onMade: (made: NewKey) => void }) {
  const again = useAgain();
  const [overlap, setOverlap] = useState("86400");
  const act = async () => {
    const body = { overlap_s: Number(overlap) };
    onMade(await answered(api.POST("/admin/v1/keys/{id}/rotate", { ...about(apiKey.id), body })));
    await again("keys");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Rotate ${keyName(apiKey)}`}
      verb="Make the successor"
      fields={["overlap_s"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Text size="sm">
            A new key takes its place, with the same permissions, limit and end. Its secret is shown once,
            right after this.
          </Text>
          <Select
            label="The old key"
            description="Time to put the new one everywhere"
            data={OVERLAPS}
            value={overlap}
            onChange={(value) => setOverlap(value ?? "86400")}
            allowDeselect={false}
            error={wrong("overlap_s")}
            data-autofocus
          />
        </>
      )}
    </Ask>
  );
}

export function RevokeKey({ opened, onClose, apiKey }: Dialog) {
  const again = useAgain();
  const session = useSession();
  const act = async () => {
    await api.DELETE("/admin/v1/keys/{id}", about(apiKey.id));
    notifications.show({ color: "green", message: `${keyName(apiKey)} is revoked.` });
    await again("keys");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Revoke ${keyName(apiKey)}?`}
      verb="Revoke the key"
      danger
      act={act}
    >
      {session.key.id === apiKey.id && (
        <Alert color="orange" variant="light" title="This is the key you are signed in with">
          You will be signed out, and need another one to come back.
        </Alert>
      )}
      <Text size="sm">
        Within a second every call with it is refused with 401, and its sessions end. Jobs that it ordered go
        on and are charged. This cannot be undone.
      </Text>
    </Ask>
  );
}

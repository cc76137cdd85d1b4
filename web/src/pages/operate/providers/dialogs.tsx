/** Sealing a credential, changing it, and removing it. A secret goes to the server and never comes back. */
import { Checkbox, MultiSelect, NumberInput, PasswordInput, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answered, api } from "../../../api/client";
import { Ask } from "../../../parts/Ask";
import { allAccounts, useAgain } from "../shared/calls";
import type { Credential, Provider } from "../shared/types";
import { secretForm } from "./words";

interface Dialog {
  opened: boolean;
  onClose: () => void;
  provider: Provider;
}

export function PutCredential({
  opened,
  onClose,
  provider,
  credential,
}: Dialog & { credential?: Credential }) {
  const again = useAgain();
  const { data: accounts = [] } = useQuery({ ...allAccounts, enabled: opened });
  const [name, setName] = useState("main");
  const [secret, setSecret] = useState("");
  const [callback, setCallback] = useState("");
  const [noCallback, setNoCallback] = useState(false);
  const [weight, setWeight] = useState<number | string>(1);
  const [only, setOnly] = useState<string[]>([]);
  useEffect(() => {
    // A secret does not stay in a closed dialog.
    setSecret("");
    setCallback("");
    setNoCallback(false);
    if (opened) {
      setName(credential?.name ?? "main");
      setWeight(credential?.weight ?? 1);
      setOnly(credential?.accounts.map(String) ?? []);
    }
  }, [opened, credential]);

  const act = async () => {
    const body = {
      secret: secret.trim() || undefined,
      callback_secret: noCallback ? null : callback.trim() || undefined,
      weight: Number(weight),
      accounts: only.map(Number),
    };
    const params = { path: { id: provider.name, name } };
    await api.PUT("/admin/v1/providers/{id}/credentials/{name}", { params, body });
    notifications.show({ color: "green", message: `${provider.name} ${name} is sealed and counts at once.` });
    await again("providers");
  };
  const named = /^[A-Za-z0-9._-]{1,64}$/.test(name);
  const taken = !credential && provider.credentials.find((other) => other.name === name);
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={
        credential ? `Change ${provider.name} ${credential.name}` : `Add a credential for ${provider.name}`
      }
      verb={credential ? "Save" : "Seal it"}
      ready={named && weight !== "" && (credential !== undefined || secret.trim() !== "")}
      fields={["name", "secret", "callback_secret", "weight", "accounts"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          {!credential && (
            <TextInput
              label="Name"
              description={
                taken
                  ? `There is one of this name already; this ${taken.source === "sealed" ? "replaces its secret" : "covers it"}`
                  : "Jobs stay with the name that they were started under"
              }
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={wrong("name") ?? (named ? undefined : "Letters, digits, dots, dashes; at most 64")}
              required
            />
          )}
          <PasswordInput
            label="Secret"
            description={
              credential
                ? "Empty: stays as it was. A new one must be of the same account there; open jobs go on with it."
                : `${secretForm(provider.name)}. It is sealed and never shown again.`
            }
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            error={wrong("secret")}
            autoComplete="off"
            spellCheck={false}
            required={!credential}
            visibilityToggleButtonProps={{ "aria-label": "Show what is typed" }}
            data-autofocus
          />
          {provider.callbacks === "secret" && (
            <PasswordInput
              label="Callback secret"
              description={
                credential?.callback_secret
                  ? "What the provider signs its callbacks with. Empty: stays as it was."
                  : "What the provider signs its callbacks with. Empty: callbacks are not believed."
              }
              value={callback}
              onChange={(event) => setCallback(event.currentTarget.value)}
              error={wrong("callback_secret")}
              autoComplete="off"
              spellCheck={false}
              disabled={noCallback}
              visibilityToggleButtonProps={{ "aria-label": "Show what is typed" }}
            />
          )}
          {credential?.callback_secret && (
            <Checkbox
              label="Take the callback secret away"
              checked={noCallback}
              onChange={(event) => setNoCallback(event.currentTarget.checked)}
            />
          )}
          <NumberInput
            label="Share of new jobs"
            description="3 gets three times as many as 1; 0 starts none, and open jobs go on"
            value={weight}
            onChange={setWeight}
            min={0}
            max={1000}
            allowDecimal={false}
            error={wrong("weight")}
          />
          <MultiSelect
            label="Only for these accounts"
            description="They then use no other one. None chosen: for all that have none of their own."
            data={accounts.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` }))}
            value={only}
            onChange={setOnly}
            error={wrong("accounts")}
            searchable
            clearable
          />
        </>
      )}
    </Ask>
  );
}

export function RemoveCredential({
  opened,
  onClose,
  provider,
  credential,
}: Dialog & { credential: Credential }) {
  const again = useAgain();
  const [force, setForce] = useState(false);
  useEffect(() => {
    if (opened) {
      setForce(false);
    }
  }, [opened]);
  const act = async () => {
    const { waiting_jobs } = await answered(
      api.DELETE("/admin/v1/providers/{id}/credentials/{name}", {
        params: {
          path: { id: provider.name, name: credential.name },
          query: { force: force ? "true" : "false" },
        },
      }),
    );
    notifications.show({
      color: waiting_jobs > 0 ? "orange" : "green",
      message: `${provider.name} ${credential.name} is removed.${waiting_jobs > 0 ? ` ${waiting_jobs} jobs wait until the name is back.` : ""}`,
    });
    await again("providers");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Remove ${provider.name} ${credential.name}?`}
      verb="Remove it"
      danger
      act={act}
    >
      <Text size="sm">
        The server forgets the secret at once. While jobs are open under this name it is refused, because only
        this credential can ask for them; to start nothing new under it, set its share to 0 instead.
      </Text>
      <Checkbox
        label="Remove it although jobs are open"
        description="They wait, and go on when a credential of this name is back"
        checked={force}
        onChange={(event) => setForce(event.currentTarget.checked)}
      />
    </Ask>
  );
}

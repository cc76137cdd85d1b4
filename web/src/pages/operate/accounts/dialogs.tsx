/** Making an account, changing it, and giving it credit. */
import { SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { answered, api } from "../../../api/client";
import { Ask } from "../../../parts/Ask";
import { usd } from "../../../parts/words";
import { isAmount } from "../shared/amounts";
import { about, useAgain } from "../shared/calls";
import type { Account, Mode } from "../shared/types";

interface Dialog {
  opened: boolean;
  onClose: () => void;
}

function Fields({
  name,
  email,
  setName,
  setEmail,
  wrong,
}: {
  name: string;
  email: string;
  setName: (name: string) => void;
  setEmail: (email: string) => void;
  wrong: (field: string) => string | undefined;
}) {
  return (
    <>
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={wrong("name")}
        maxLength={100}
        required
        data-autofocus
      />
      <TextInput
        label="Email"
        description="To know whom to write to. Spool sends no mail."
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={wrong("email")}
        maxLength={254}
      />
    </>
  );
}

export function NewAccount({ opened, onClose, onMade }: Dialog & { onMade: (id: number) => void }) {
  const again = useAgain();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const act = async () => {
    const body = { name: name.trim(), email: email.trim() || null };
    const account = await answered(api.POST("/admin/v1/accounts", { body }));
    setName("");
    setEmail("");
    await again("accounts");
    onMade(account.id);
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title="New account"
      verb="Make the account"
      ready={name.trim() !== ""}
      fields={["name", "email"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Fields {...{ name, email, setName, setEmail, wrong }} />
          <Text size="sm" c="dimmed">
            It starts without credit and without keys. Give it both next.
          </Text>
        </>
      )}
    </Ask>
  );
}

export function EditAccount({ opened, onClose, account }: Dialog & { account: Account }) {
  const again = useAgain();
  const [name, setName] = useState(account.name);
  const [email, setEmail] = useState(account.email ?? "");
  useEffect(() => {
    if (opened) {
      setName(account.name);
      setEmail(account.email ?? "");
    }
  }, [opened, account.name, account.email]);
  const act = async () => {
    const body = { name: name.trim(), email: email.trim() || null };
    await api.PATCH("/admin/v1/accounts/{id}", { ...about(account.id), body });
    await again("accounts");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Edit ${account.name}`}
      verb="Save"
      ready={name.trim() !== ""}
      fields={["name", "email"]}
      act={act}
    >
      {({ wrong }) => <Fields {...{ name, email, setName, setEmail, wrong }} />}
    </Ask>
  );
}

export function AddCredit({ opened, onClose, account }: Dialog & { account: Account }) {
  const again = useAgain();
  const [mode, setMode] = useState<Mode>("live");
  const [amount, setAmount] = useState("");
  const [reference, setReference] = useState("");
  const act = async () => {
    const body = { mode, usd: amount.trim(), reference: reference.trim() };
    const { booked } = await answered(
      api.POST("/admin/v1/accounts/{id}/credits", { ...about(account.id), body }),
    );
    await again("accounts");
    notifications.show(
      booked
        ? { color: "green", message: `${usd(body.usd)} ${mode} credit added to ${account.name}.` }
        : {
            color: "orange",
            title: "Nothing was added",
            message: `The reference ${body.reference} was booked for this account before.`,
          },
    );
    setAmount("");
    setReference("");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Add credit to ${account.name}`}
      verb="Add credit"
      ready={isAmount(amount.trim()) && reference.trim() !== ""}
      fields={["usd", "reference"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Stack gap={4}>
            <Text size="sm" fw={600} id="credit-mode">
              Credit
            </Text>
            <SegmentedControl
              aria-labelledby="credit-mode"
              value={mode}
              onChange={(value) => setMode(value === "test" ? "test" : "live")}
              data={[
                { value: "live", label: "Live: money" },
                { value: "test", label: "Test: play money" },
              ]}
            />
          </Stack>
          <TextInput
            label="Amount"
            description="US dollars. Credit is never taken away here."
            placeholder="25.00"
            leftSection="$"
            inputMode="decimal"
            value={amount}
            onChange={(event) => setAmount(event.currentTarget.value)}
            error={
              wrong("usd") ??
              (amount.trim() !== "" && !isAmount(amount.trim())
                ? "An amount above zero, such as 25.00, with at most six decimals"
                : undefined)
            }
            required
            data-autofocus
          />
          <TextInput
            label="Reference"
            description="Such as an invoice's number. One reference of an account is booked once, so that nothing is added twice."
            placeholder="invoice-7"
            value={reference}
            onChange={(event) => setReference(event.currentTarget.value)}
            error={wrong("reference")}
            maxLength={200}
            required
          />
        </>
      )}
    </Ask>
  );
}

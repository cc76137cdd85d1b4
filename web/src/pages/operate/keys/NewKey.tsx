/** Making a key. Whoever makes it sees it this once. */
import { NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { answered, api } from "../../../api/client";
import { told } from "../../../api/fault";
import { Ask } from "../../../parts/Ask";
import { about, useAgain } from "../shared/calls";
import { AccountPicker } from "../shared/Pickers";
import type { NewKey as Made, Mode, Scope } from "../shared/types";
import {
  type Bounds,
  BudgetFields,
  boundsBody,
  boundsReady,
  NO_BOUNDS,
  Permissions,
  RateFields,
  rateBody,
  rateReady,
  USUAL_RATE,
} from "./fields";
import { PRESETS, unfit } from "./scopes";

const ENDS = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "own", label: "After a number of days" },
];

export function NewKey({
  opened,
  onClose,
  account: first,
  onMade,
}: {
  opened: boolean;
  onClose: () => void;
  /** The account that is chosen at first. */
  account: string | undefined;
  /** `note` is what went wrong after it was made. */
  onMade: (made: Made, note?: string) => void;
}) {
  const again = useAgain();
  const [account, setAccount] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>("live");
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(PRESETS[0]?.scopes ?? []);
  const [end, setEnd] = useState("");
  const [days, setDays] = useState<number | string>(180);
  const [rate, setRate] = useState(USUAL_RATE);
  const [bounds, setBounds] = useState<Bounds>(NO_BOUNDS);
  useEffect(() => {
    if (opened && first !== undefined) {
      setAccount(first);
    }
  }, [opened, first]);

  const act = async () => {
    const body = {
      account: Number(account),
      mode,
      name: name.trim(),
      scopes,
      days: end === "" ? null : Number(end === "own" ? days : end),
      rate: rateBody(rate),
    };
    const made = await answered(api.POST("/admin/v1/keys", { body }));
    // The key is made and must be shown, whatever becomes of its budget.
    let note: string | undefined;
    const budget = boundsBody(bounds);
    if (Object.values(budget).some((bound) => bound !== null)) {
      try {
        await api.PUT("/admin/v1/keys/{id}/budget", { ...about(made.key.id), body: budget });
      } catch (error) {
        note = `Its budget could not be set: ${told(error)} Set it before you hand the key out.`;
      }
    }
    setName("");
    setBounds(NO_BOUNDS);
    onMade(made, note);
    await again("keys");
  };
  const ready =
    account !== null &&
    unfit(scopes, mode) === undefined &&
    rateReady(rate) &&
    boundsReady(bounds) &&
    (end !== "own" || Number(days) >= 1);
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title="New key"
      verb="Make the key"
      size="lg"
      ready={ready}
      fields={["account", "name", "scopes", "days", "rate"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <AccountPicker
            value={account}
            onChange={setAccount}
            error={wrong("account")}
            description="Whose credit it spends"
            required
            data-autofocus
          />
          <Stack gap={4}>
            <Text size="sm" fw={600} id="key-mode">
              Mode
            </Text>
            <SegmentedControl
              aria-labelledby="key-mode"
              value={mode}
              onChange={(value) => setMode(value === "test" ? "test" : "live")}
              data={[
                { value: "live", label: "Live: real providers" },
                { value: "test", label: "Test: the sandbox" },
              ]}
            />
          </Stack>
          <TextInput
            label="Name"
            description="What it is for; it stands in usage and in the log"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={wrong("name")}
            maxLength={100}
          />
          <Permissions scopes={scopes} mode={mode} onChange={setScopes} wrong={wrong("scopes")} />
          <Select
            label="Ends"
            data={ENDS}
            value={end}
            onChange={(value) => setEnd(value ?? "")}
            allowDeselect={false}
            error={wrong("days")}
          />
          {end === "own" && (
            <NumberInput
              label="Days"
              value={days}
              onChange={setDays}
              min={1}
              max={36_500}
              allowDecimal={false}
            />
          )}
          <RateFields rate={rate} onChange={setRate} wrong={wrong("rate")} />
          <BudgetFields bounds={bounds} onChange={setBounds} />
        </>
      )}
    </Ask>
  );
}

/** The first and the last day of a span; each bounds the other. Days are those of UTC, as the server counts them. */
import { TextInput } from "@mantine/core";

export function DayFields({
  from,
  to,
  last,
  set,
}: {
  from: string | undefined;
  to: string | undefined;
  /** The last day that makes sense. */
  last?: string;
  /** Called with the one that changed; undefined where it was cleared. */
  set: (change: { from?: string } | { to?: string }) => void;
}) {
  return (
    <>
      <TextInput
        label="From (UTC)"
        type="date"
        value={from ?? ""}
        max={to ?? last}
        onChange={({ currentTarget: { value } }) => set({ from: value || undefined })}
        flex="1 1 8.5rem"
      />
      <TextInput
        label="To (UTC)"
        type="date"
        value={to ?? ""}
        min={from}
        max={last}
        onChange={({ currentTarget: { value } }) => set({ to: value || undefined })}
        flex="1 1 8.5rem"
      />
    </>
  );
}

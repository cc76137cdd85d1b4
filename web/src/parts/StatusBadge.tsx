/** How a job stands, in colour and in words. */
import { Badge } from "@mantine/core";
import { words } from "./words";

const COLOURS: Record<string, string> = {
  succeeded: "green",
  completed: "green",
  delivered: "green",
  failed: "red",
  needs_operator: "orange",
  canceled: "gray",
  cancelled: "gray",
  queued: "blue",
};

export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge variant="light" color={COLOURS[status] ?? "violet"} tt="none" miw="max-content">
      {words(status)}
    </Badge>
  );
}

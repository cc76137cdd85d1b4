/** Whether something is about money or play money. */
import { Badge } from "@mantine/core";

export function ModeBadge({ mode }: { mode: string }) {
  return (
    <Badge size="sm" variant="light" color={mode === "live" ? "orange" : "teal"} tt="none" miw="max-content">
      {mode === "live" ? "Live" : "Test"}
    </Badge>
  );
}

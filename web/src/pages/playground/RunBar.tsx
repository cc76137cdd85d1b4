/** What a run would cost, what keeps it from being run, and the button. */
import { Button, Group, Text, Tooltip } from "@mantine/core";
import { IconPlayerPlay, IconRestore } from "@tabler/icons-react";
import { query } from "../../api/client";
import type { Fault } from "../../api/fault";
import { may, useSession } from "../../api/session";
import { minus } from "../../parts/money";
import { usd } from "../../parts/words";
import type { Price } from "../../run/usePrice";
import classes from "./RunBar.module.css";

export function RunBar({
  price,
  fault,
  complete,
  asking,
  busy,
  enabled,
  onReset,
}: {
  price?: Price;
  /** What keeps it from being run and is no parameter's fault. */
  fault?: Fault;
  /** Whether everything is filled in. */
  complete: boolean;
  asking: boolean;
  busy: boolean;
  enabled: boolean;
  onReset?: () => void;
}) {
  const session = useSession();
  const { data: balance } = query.useQuery("get", "/v1/balance", undefined, {
    enabled: may(session, "account:read"),
  });
  return (
    <div className={classes.bar}>
      <div className={classes.told} aria-live="polite" data-busy={asking || undefined}>
        {!enabled ? (
          <Text size="sm">
            No provider of this model has its credentials on this server, so it cannot run.
          </Text>
        ) : fault ? (
          <Text size="sm" c="var(--mantine-color-error)">
            {fault.message}
          </Text>
        ) : price ? (
          <>
            <Text size="sm" fw={600}>
              {usd(price.cost_usd)}{" "}
              <Text span size="sm" fw={400} c="dimmed">
                {via(price.providers)}
              </Text>
            </Text>
            {balance && (
              <Text size="xs" c="dimmed">
                {usd(minus(balance.available_usd, price.cost_usd))} is left of your balance after it
              </Text>
            )}
          </>
        ) : (
          <Text size="sm" c="dimmed">
            {complete ? "Asking for the price …" : "The price appears once the form is complete."}
          </Text>
        )}
      </div>
      <Group gap="xs" wrap="nowrap">
        {onReset && (
          <Tooltip label="Empty the form">
            <Button variant="default" px={10} onClick={onReset} aria-label="Empty the form">
              <IconRestore size={18} />
            </Button>
          </Tooltip>
        )}
        <Button
          type="submit"
          disabled={!enabled}
          loading={busy}
          leftSection={<IconPlayerPlay size={16} />}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          {price ? `Run for ${usd(price.cost_usd)}` : "Run"}
        </Button>
      </Group>
    </div>
  );
}

/** "at fal, else replicate". */
function via([first, ...others]: string[]): string {
  return others.length === 0 ? `at ${first}` : `at ${first}, else ${others.join(" or ")}`;
}

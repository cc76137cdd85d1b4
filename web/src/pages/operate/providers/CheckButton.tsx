/** Tries credentials with a call that costs nothing, and says what came of it. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { answered, api } from "../../../api/client";
import { told } from "../../../api/fault";
import { about, useAgain } from "../shared/calls";
import { RESULTS } from "./words";

export function CheckButton({
  provider,
  credential,
  disabled,
}: {
  provider: string;
  /** Only this one. */
  credential?: string;
  disabled?: boolean;
}) {
  const again = useAgain();
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      const body = credential === undefined ? {} : { credential };
      const { items } = await answered(
        api.POST("/admin/v1/providers/{id}/check", { ...about(provider), body }),
      );
      for (const { credential, result, message } of items) {
        const { says, color } = RESULTS[result] ?? { says: result, color: "gray" };
        notifications.show({ color, title: `${provider} ${credential}: ${says}`, message });
      }
      await again("providers");
    } catch (error) {
      notifications.show({ color: "red", title: `${provider} was not checked`, message: told(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      size="xs"
      variant="default"
      onClick={check}
      loading={busy}
      disabled={disabled}
      aria-label={credential ? `Check ${credential}` : undefined}
    >
      {credential ? "Check" : "Check all"}
    </Button>
  );
}

/** A dialog that asks before something is done: what will follow, the fields it needs, and what went wrong. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { Fault, told } from "../api/fault";
import { Trouble } from "./Notes";

export interface Asking {
  /** What is wrong with a field, if the server said so. */
  wrong: (field: string) => string | undefined;
}

export function Ask({
  opened,
  onClose,
  title,
  verb,
  danger = false,
  ready = true,
  fields = [],
  act,
  size,
  children,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What the button says. */
  verb: string;
  /** It cannot be taken back. */
  danger?: boolean;
  /** Whether all that is needed is there. */
  ready?: boolean;
  /** The fields that show their own faults; others are told above them. */
  fields?: string[];
  act: () => Promise<unknown>;
  size?: string;
  children: ReactNode | ((asking: Asking) => ReactNode);
}) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    if (opened) {
      setFault(undefined);
    }
  }, [opened]);

  const field = fault instanceof Fault ? fields.find((name) => isOf(fault.field, name)) : undefined;
  const wrong = (name: string) => (name === field ? told(fault) : undefined);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // A dialog in a drawer is not a part of the form that the drawer may have.
    event.stopPropagation();
    setBusy(true);
    setFault(undefined);
    try {
      await act();
      onClose();
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ title: { fontWeight: 650 } }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {fault !== undefined && field === undefined && <Trouble error={fault} />}
          {typeof children === "function" ? children({ wrong }) : children}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose} disabled={busy}>
              {danger ? "Leave it" : "Cancel"}
            </Button>
            <Button type="submit" color={danger ? "red.9" : undefined} loading={busy} disabled={!ready}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** `rate.burst` is a fault of `rate`. */
function isOf(fault: string | undefined, name: string): boolean {
  return fault === name || (fault?.startsWith(`${name}.`) ?? false);
}

/** Asks before something that cannot be taken back, and says what follows. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Trouble } from "./Notes";

export function Confirm({
  opened,
  close,
  title,
  children,
  action,
  color = "red.9",
  run,
}: {
  opened: boolean;
  close: () => void;
  /** A question, such as "Delete this endpoint?". */
  title: string;
  /** What follows. */
  children: ReactNode;
  /** What the button says, such as "Delete the endpoint". */
  action: string;
  color?: string;
  /** The dialog closes when it is done, and stays with the fault where it is refused. */
  run: () => Promise<unknown>;
}) {
  const { mutate, isPending, error, reset } = useMutation({ mutationFn: run, onSuccess: close });
  const leave = () => {
    reset();
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
      centered
    >
      <Stack>
        <div>{children}</div>
        {error && <Trouble error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={leave} data-autofocus>
            Cancel
          </Button>
          <Button color={color} loading={isPending} onClick={() => mutate()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

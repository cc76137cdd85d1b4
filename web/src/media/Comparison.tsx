/** Two pictures chosen among a job's results and its inputs, one over the other. */
import { Group, Modal, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { BeforeAfter } from "./BeforeAfter";
import classes from "./Viewer.module.css";

export function Comparison({ sides, close }: { sides: { name: string; url: string }[]; close: () => void }) {
  const [before, setBefore] = useState(0);
  const [after, setAfter] = useState(1);
  const choices = sides.map(({ name }, at) => ({ value: String(at), label: name }));
  return (
    <Modal
      opened
      onClose={close}
      fullScreen
      title="Compare pictures"
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 100 }}
      classNames={{ content: classes.content, body: classes.body }}
    >
      <Group grow maw={480}>
        <NativeSelect
          label="Before"
          data={choices}
          value={before}
          onChange={({ currentTarget }) => setBefore(Number(currentTarget.value))}
        />
        <NativeSelect
          label="After"
          data={choices}
          value={after}
          onChange={({ currentTarget }) => setAfter(Number(currentTarget.value))}
        />
      </Group>
      <div style={{ flex: 1, minHeight: 0 }}>
        <BeforeAfter before={sides[before]?.url ?? ""} after={sides[after]?.url ?? ""} kind="image" />
      </div>
    </Modal>
  );
}

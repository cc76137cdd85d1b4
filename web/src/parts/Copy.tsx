/** A button that puts a text on the clipboard, also where the page came over plain http. */
import { ActionIcon, Group, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { copyText } from "./clipboard";

const SAID = { idle: "", copied: "Copied", refused: "This browser does not copy; select the text instead" };

export function Copy({ value, what }: { value: string; what: string }) {
  const [state, setState] = useState<keyof typeof SAID>("idle");
  useEffect(() => {
    if (state !== "idle") {
      const timer = setTimeout(() => setState("idle"), 2000);
      return () => clearTimeout(timer);
    }
  }, [state]);
  const press = () =>
    copyText(value).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  return (
    <>
      <Tooltip label={SAID[state] || `Copy ${what}`} events={{ hover: true, focus: true, touch: false }}>
        <ActionIcon variant="default" aria-label={`Copy ${what}`} onClick={press}>
          {state === "copied" ? <IconCheck size={16} /> : <IconCopy size={16} />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{SAID[state]}</VisuallyHidden>
    </>
  );
}

/** A name that machines read, with a way to take it along. */
export function Copied({ text }: { text: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text component="span" ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
        {text}
      </Text>
      <Copy value={text} what={text} />
    </Group>
  );
}

/** A button with words that copies a text and says that it did. */
import { Button, type ButtonProps, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { told } from "../api/fault";
import { copyText } from "./clipboard";

export function CopyText({
  text,
  children,
  done = "Copied",
  ...props
}: {
  /** What is copied, or how it is come by. */
  text: string | (() => Promise<string>);
  children: ReactNode;
  /** What the button says afterwards. */
  done?: string;
} & Omit<ButtonProps, "children" | "leftSection">) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said) {
      const timer = setTimeout(() => setSaid(undefined), 4000);
      return () => clearTimeout(timer);
    }
  }, [said]);
  const press = async () => {
    try {
      await copyText(typeof text === "string" ? text : await text());
      setSaid(done);
    } catch (error) {
      setSaid(told(error));
    }
  };
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={said === done ? <IconCheck size={14} /> : <IconCopy size={14} />}
        onClick={press}
        {...props}
      >
        {said ?? children}
      </Button>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  );
}

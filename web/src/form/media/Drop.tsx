/** Where files are dropped. Loaded when a form first asks for one. */
import "@mantine/dropzone/styles.css";
import { Group, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconUpload } from "@tabler/icons-react";
import classes from "./Media.module.css";

export default function Drop({
  id,
  range,
  what,
  many,
  disabled,
  onFiles,
  onWrong,
}: {
  id: string;
  /** `image/*` and the like; everything without. */
  range: string | undefined;
  /** What is wanted, such as "an image". */
  what: string;
  many: boolean;
  disabled: boolean;
  onFiles(files: File[]): void;
  onWrong(): void;
}) {
  return (
    <Dropzone
      className={classes.drop}
      py={2}
      px="sm"
      onDrop={onFiles}
      onReject={onWrong}
      accept={range ? { [range]: [] } : undefined}
      multiple={many}
      disabled={disabled}
      // The button is the input itself: a control inside of a control is lost on screen readers.
      activateOnKeyboard={false}
      inputProps={{ id, "aria-label": `Choose ${what}`, tabIndex: 0, disabled }}
    >
      <Group gap="sm" wrap="nowrap" mih={36}>
        <IconUpload size={20} stroke={1.5} aria-hidden />
        <Text size="sm">
          Drop {what} here, paste, or <strong>choose</strong>
        </Text>
      </Group>
    </Dropzone>
  );
}

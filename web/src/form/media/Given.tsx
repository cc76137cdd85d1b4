/** One given file: what it is, its place in the list, and a way to take it out. */
import { ActionIcon, Group, Text } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconFile,
  IconMovie,
  IconMusic,
  IconPhoto,
  IconX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { size } from "../../parts/words";
import classes from "./Media.module.css";
import { type Shown, useFile } from "./useFile";

const ICONS = { image: IconPhoto, video: IconMovie, audio: IconMusic, text: IconFile };

function Preview({ shown }: { shown: Shown }) {
  const Icon = shown.type ? ICONS[shown.type] : IconFile;
  if (shown.url && shown.type === "image") {
    return <img src={shown.url} alt="" className={classes.preview} />;
  }
  if (shown.url && shown.type === "video") {
    return <video src={shown.url} className={classes.preview} muted playsInline preload="metadata" />;
  }
  return (
    <div className={classes.preview}>
      <Icon size={22} stroke={1.5} aria-hidden />
    </div>
  );
}

function facts({ width, height, duration, bytes }: Shown): string {
  return [
    width && height ? `${width} × ${height}` : undefined,
    duration ? `${duration.toFixed(1)} s` : undefined,
    bytes ? size(bytes) : undefined,
  ]
    .filter(Boolean)
    .join(" · ");
}

export function Given({
  value,
  what,
  fault,
  disabled,
  onRemove,
  onUp,
  onDown,
}: {
  value: string;
  /** What the buttons call it, such as "Image 2". */
  what: string;
  fault?: string;
  disabled: boolean;
  onRemove(): void;
  onUp?: () => void;
  onDown?: () => void;
}) {
  const { shown, trouble } = useFile(value);
  const about = trouble ? "This is not there any more." : facts(shown);
  return (
    <div className={classes.given} data-fault={Boolean(fault) || undefined}>
      <Group gap="sm" wrap="nowrap">
        <Preview shown={shown} />
        <div className={classes.about}>
          <Text size="sm" truncate title={value.slice(0, 300)}>
            {shown.name ?? value.slice(0, 300)}
          </Text>
          {about && (
            <Text size="xs" c={trouble ? "var(--mantine-color-error)" : "dimmed"}>
              {about}
            </Text>
          )}
          {fault && (
            <Text size="xs" c="var(--mantine-color-error)" role="alert">
              {fault}
            </Text>
          )}
        </div>
        <Group gap={0} wrap="nowrap">
          {onUp && (
            <Button label={`Move ${what} up`} disabled={disabled} onClick={onUp}>
              <IconArrowUp size={16} />
            </Button>
          )}
          {onDown && (
            <Button label={`Move ${what} down`} disabled={disabled} onClick={onDown}>
              <IconArrowDown size={16} />
            </Button>
          )}
          <Button label={`Remove ${what}`} disabled={disabled} onClick={onRemove}>
            <IconX size={16} />
          </Button>
        </Group>
      </Group>
      {shown.url && shown.type === "audio" && (
        // biome-ignore lint/a11y/useMediaCaption: somebody's own sound, without words of ours
        <audio src={shown.url} controls preload="metadata" className={classes.sound} />
      )}
    </div>
  );
}

function Button({
  label,
  disabled,
  onClick,
  children,
}: {
  label: string;
  disabled: boolean;
  onClick(): void;
  children: ReactNode;
}) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}

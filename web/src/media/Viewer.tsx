/** A picture as large as the window, to be zoomed and moved, with its neighbours one key away. */
import { ActionIcon, Button, Group, Modal, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { facts, type Output } from "./output";
import { useZoom } from "./useZoom";
import classes from "./Viewer.module.css";
import type { Point } from "./zoom";

interface Props {
  pictures: { output: Output; name: string }[];
  /** Which is shown, from 0. */
  at: number;
  show: (at: number) => void;
  close: () => void;
}

const STEP = 1.25;
/** With the shift key held. */
const MOVES: Record<string, Point> = {
  ArrowLeft: { x: 60, y: 0 },
  ArrowRight: { x: -60, y: 0 },
  ArrowUp: { x: 0, y: 60 },
  ArrowDown: { x: 0, y: -60 },
};

export function Viewer({ pictures, at, show, close }: Props) {
  const shown = pictures[at];
  const url = shown?.output.url ?? "";
  // The file itself knows best how large it is.
  const [loaded, setLoaded] = useState<{ url: string; width: number; height: number }>();
  const size =
    loaded?.url === url
      ? loaded
      : { width: shown?.output.width || 1024, height: shown?.output.height || 1024 };
  const { stage, view, fits, zoom, move, fitIn, full } = useZoom(size);
  const turn = (by: 1 | -1) => {
    fitIn();
    show((at + by + pictures.length) % pictures.length);
  };
  const several = pictures.length > 1;

  const keys = new Map<string, () => void>([
    ["+", () => zoom(STEP)],
    ["=", () => zoom(STEP)],
    ["-", () => zoom(1 / STEP)],
    ["0", fitIn],
    ["1", () => full()],
  ]);
  if (several) {
    keys.set("ArrowLeft", () => turn(-1)).set("ArrowRight", () => turn(1));
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const by = event.shiftKey ? MOVES[event.key] : undefined;
    const act = by ? () => move(by) : keys.get(event.key);
    if (act) {
      event.preventDefault();
      act();
    }
  };
  const percent = Math.round(view.scale * 100);

  return (
    <Modal
      opened
      onClose={close}
      fullScreen
      title={
        <Text size="sm" span>
          <b>{shown?.name}</b>
          {several && ` (${at + 1} of ${pictures.length})`} · {shown && facts(shown.output)}
        </Text>
      }
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 100 }}
      classNames={{ content: classes.content, body: classes.body }}
      onKeyDown={press}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below do the same */}
      <div
        ref={stage}
        className={classes.stage}
        onDoubleClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const x = event.clientX - box.left - box.width / 2;
          const y = event.clientY - box.top - box.height / 2;
          fits ? full({ x, y }) : fitIn();
        }}
      >
        <img
          key={url}
          // Beyond three times one wants to see the pixels themselves.
          className={view.scale > 3 ? classes.pixels : classes.picture}
          src={url}
          alt={shown?.name ?? ""}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            setLoaded({ url, width, height })
          }
          style={{
            width: size.width,
            height: size.height,
            transform: `translate(-50%, -50%) translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
          }}
        />
      </div>
      <Group justify="center" gap="xs">
        {several && (
          <Tool label="Previous picture" keyName="←" act={() => turn(-1)}>
            <IconChevronLeft size={18} />
          </Tool>
        )}
        <Tool label="Zoom out" keyName="-" act={() => zoom(1 / STEP)}>
          <IconZoomOut size={18} />
        </Tool>
        <Text size="sm" ff="monospace" w={48} ta="center" aria-hidden>
          {percent} %
        </Text>
        <Tool label="Zoom in" keyName="+" act={() => zoom(STEP)}>
          <IconZoomIn size={18} />
        </Tool>
        <Button size="xs" variant="default" aria-pressed={fits} onClick={fitIn}>
          Fit
        </Button>
        <Button size="xs" variant="default" aria-pressed={!fits && percent === 100} onClick={() => full()}>
          100 %
        </Button>
        {several && (
          <Tool label="Next picture" keyName="→" act={() => turn(1)}>
            <IconChevronRight size={18} />
          </Tool>
        )}
        <Text size="xs" c="dimmed" visibleFrom="md">
          Wheel or + − to zoom, drag or Shift + arrows to move, 0 fits, 1 is full size
        </Text>
        <VisuallyHidden role="status">
          {shown?.name}, {percent} %
        </VisuallyHidden>
      </Group>
    </Modal>
  );
}

function Tool({
  label,
  keyName,
  act,
  children,
}: {
  label: string;
  keyName: string;
  act: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={`${label} (${keyName})`}>
      <ActionIcon variant="default" size={30} onClick={act} aria-label={label}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

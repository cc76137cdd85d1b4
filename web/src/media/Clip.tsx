/** Plays a clip, over and over if wanted, and frame by frame. */
import { ActionIcon, Group, Switch, Tooltip } from "@mantine/core";
import { IconPlayerSkipBack, IconPlayerSkipForward } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import classes from "./Results.module.css";

/** Seconds; films have 24 frames in one, and what is seen while the clip plays is more exact. */
const USUAL_FRAME = 1 / 24;

interface Props {
  url: string;
  name: string;
  poster?: string;
  onError: () => void;
}

export function Clip({ url, name, poster, onError }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef(USUAL_FRAME);
  const [loop, setLoop] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (!element?.requestVideoFrameCallback) {
      return;
    }
    let before: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    let handle = element.requestVideoFrameCallback(function each(_now, { mediaTime }) {
      const passed = mediaTime - (before ?? mediaTime);
      if (!element.paused && passed > 0.005 && passed < 0.2) {
        least = Math.min(least, passed);
        frame.current = least;
      }
      before = mediaTime;
      handle = element.requestVideoFrameCallback(each);
    });
    return () => element.cancelVideoFrameCallback(handle);
  }, []);

  const step = (by: 1 | -1) => {
    const element = video.current;
    if (element) {
      element.pause();
      // Into the middle of the frame, where rounding does not lead to its neighbour.
      const now = Math.floor(element.currentTime / frame.current + 0.01);
      const to = (now + by + 0.5) * frame.current;
      element.currentTime = Math.min(element.duration || 0, Math.max(0, to));
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "," || event.key === ".") {
      step(event.key === "." ? 1 : -1);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the player inside
    <div onKeyDown={press}>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what generated clips say */}
      <video
        ref={video}
        className={classes.video}
        // Some browsers show no first frame unless they are sent to it.
        src={poster ? url : `${url}#t=0.001`}
        poster={poster}
        controls
        controlsList="nodownload"
        loop={loop}
        playsInline
        preload="metadata"
        aria-label={name}
        onError={onError}
      />
      <Group gap="xs" mt={6}>
        <Tooltip label="Previous frame (,)">
          <ActionIcon variant="default" onClick={() => step(-1)} aria-label={`Previous frame of ${name}`}>
            <IconPlayerSkipBack size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Next frame (.)">
          <ActionIcon variant="default" onClick={() => step(1)} aria-label={`Next frame of ${name}`}>
            <IconPlayerSkipForward size={16} />
          </ActionIcon>
        </Tooltip>
        <Switch
          size="xs"
          label="Loop"
          checked={loop}
          onChange={({ currentTarget }) => setLoop(currentTarget.checked)}
        />
      </Group>
    </div>
  );
}

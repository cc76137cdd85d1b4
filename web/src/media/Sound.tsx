/** Plays a sound along its waveform. */
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { clock } from "./output";
import { Waveform } from "./Waveform";

interface Props {
  url: string;
  name: string;
  duration?: number | null;
  onError: () => void;
  /** Hears where the sound is, second by second and finer. */
  onTime?: (second: number) => void;
  /** Gets the player, for whoever leads it to a place. */
  player?: (element: HTMLAudioElement | null) => void;
}

export function Sound({ url, name, duration, onError, onTime, player }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [length, setLength] = useState(duration ?? 0);
  const [at, setAt] = useState(0);

  const measure = useCallback(() => {
    const seconds = audio.current?.duration ?? Number.NaN;
    if (Number.isFinite(seconds)) {
      setLength(seconds);
    }
  }, []);
  // A sound that was at hand has told its length before the page was there to hear it.
  useEffect(measure, [measure]);

  const tell = useCallback(() => {
    const second = audio.current?.currentTime ?? 0;
    setAt(second);
    onTime?.(second);
  }, [onTime]);
  useEffect(() => {
    if (!playing) {
      return;
    }
    // The browser tells only four times in a second.
    let frame = requestAnimationFrame(function each() {
      tell();
      frame = requestAnimationFrame(each);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, tell]);
  useEffect(() => {
    player?.(audio.current);
    return () => player?.(null);
  }, [player]);

  const seek = (second: number) => {
    if (audio.current) {
      audio.current.currentTime = second;
      tell();
    }
  };
  const toggle = () => {
    const element = audio.current;
    if (element?.paused) {
      // A refusal comes with an error event of its own.
      element.play().catch(() => setPlaying(false));
    } else {
      element?.pause();
    }
  };
  return (
    <Group gap="sm" wrap="nowrap">
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what generated sounds say */}
      <audio
        ref={audio}
        src={url}
        preload="metadata"
        onLoadedMetadata={measure}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={tell}
        onError={onError}
      />
      <ActionIcon
        size={40}
        radius="xl"
        variant="filled"
        onClick={toggle}
        aria-label={`${playing ? "Pause" : "Play"} ${name}`}
      >
        {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
      <Waveform url={url} name={name} length={length} at={at} seek={seek} />
      <Text size="sm" ff="monospace" style={{ whiteSpace: "nowrap" }}>
        {clock(at)} / {clock(length)}
      </Text>
    </Group>
  );
}

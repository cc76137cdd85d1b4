/** A result in a list: small, and not loaded before it is seen. */
import { useInViewport } from "@mantine/hooks";
import { IconFileUnknown, IconPhoto, IconPlayerPlayFilled, IconVolume } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { Output } from "./output";
import classes from "./Thumb.module.css";

export function Thumb({ output, alt, size = 56 }: { output: Output; alt: string; size?: number }) {
  // A new link is a new chance.
  const [failed, setFailed] = useState<string>();
  const gone = !output.url ? output.type !== "text" : failed === output.url;
  const fail = () => setFailed(output.url ?? undefined);
  return (
    <span className={classes.frame} style={{ width: size, height: size }}>
      {gone ? (
        <Sign alt={`${alt} (the file is not there)`} icon={<IconFileUnknown size={20} />} />
      ) : (
        show(output, alt, fail)
      )}
    </span>
  );
}

function show(output: Output, alt: string, fail: () => void) {
  switch (output.type) {
    case "image":
      return (
        <img
          className={classes.media}
          src={output.url ?? undefined}
          alt={alt}
          loading="lazy"
          decoding="async"
          onError={fail}
        />
      );
    case "video":
      return <Clip url={output.url ?? ""} alt={alt} fail={fail} />;
    case "audio":
      return <Sign alt={alt} icon={<IconVolume size={20} />} />;
    case "text":
      return <span className={classes.text}>{output.text?.slice(0, 160) || alt}</span>;
  }
}

function Sign({ alt, icon }: { alt: string; icon: ReactNode }) {
  return (
    <span role="img" aria-label={alt} style={{ display: "grid" }}>
      {icon}
    </span>
  );
}

/** The first picture of a clip. Browsers load no clip lazily by themselves. */
function Clip({ url, alt, fail }: { url: string; alt: string; fail: () => void }) {
  const { ref, inViewport } = useInViewport<HTMLSpanElement>();
  const [seen, setSeen] = useState(false);
  if (inViewport && !seen) {
    setSeen(true);
  }
  return (
    <span
      ref={ref}
      role="img"
      aria-label={alt}
      className={classes.media}
      style={{ display: "grid", placeItems: "center" }}
    >
      {seen ? (
        <video
          className={classes.media}
          src={`${url}#t=0.001`}
          preload="metadata"
          muted
          playsInline
          tabIndex={-1}
          aria-hidden
          onError={fail}
        />
      ) : (
        <IconPhoto size={20} />
      )}
      <span className={classes.mark}>
        <IconPlayerPlayFilled size={10} />
      </span>
    </span>
  );
}

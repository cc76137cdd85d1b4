/** What one can do with a result: keep it, hand its link on, make something of it. */
import { Button, Group } from "@mantine/core";
import { IconArrowForwardUp, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { CopyText } from "../parts/CopyText";
import { PageButton } from "../parts/links";
import { asInput, fileName, nameOf, type Origin, type Output } from "./output";

/** Hands an address to the browser's downloads. */
function start(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Downloads under a name of ours. The server's own name for a file, its id, would win over a link's. */
export function keep(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  start(url, name);
  // The download has begun by then; until it has, the address must live.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function download(href: string, name: string): Promise<void> {
  try {
    const response = await fetch(href);
    if (!response.ok) {
      throw new Error(`HTTP ${response.status}`);
    }
    keep(await response.blob(), name);
  } catch {
    // Hosts of results that are passed through may let nobody read them: then under their name.
    start(href, name);
  }
}

interface Props {
  output: Output;
  /** From 1. */
  no: number;
  count: number;
  of?: Origin;
  /** A good link of this result. */
  link: () => Promise<string>;
}

export function Actions({ output, no, count, of, link }: Props) {
  const name = nameOf(output, no, count);
  const file = fileName(output, no, count, of);
  const url = output.url;
  const [loading, setLoading] = useState(false);
  if (!url) {
    return null;
  }
  return (
    <Group gap={6}>
      <Button
        component="a"
        href={url}
        download={file}
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
        aria-label={`Download ${name.toLowerCase()}`}
        loading={loading}
        onClick={async (event) => {
          // With a modifier key the link is opened in the browser's own way.
          if (event.ctrlKey || event.metaKey || event.shiftKey) {
            return;
          }
          event.preventDefault();
          setLoading(true);
          // Where there is no new link, the old one says why.
          await download(await link().catch(() => url), file);
          setLoading(false);
        }}
      >
        Download
      </Button>
      <CopyText
        text={async () => new URL(await link(), window.location.href).href}
        done="Copied: works for an hour"
        aria-label={`Copy the link of ${name.toLowerCase()}; it works for an hour and needs no key`}
      >
        Copy link
      </CopyText>
      {of && (
        <PageButton
          to="/playground"
          search={{ file: asInput(of, no) }}
          size="xs"
          variant="default"
          leftSection={<IconArrowForwardUp size={14} />}
          aria-label={`Use ${name.toLowerCase()} as input of another model`}
        >
          Use as input
        </PageButton>
      )}
    </Group>
  );
}

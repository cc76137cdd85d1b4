/** What one can do with a result: keep it, hand its link on, make something of it. */
import { Button, Group } from "@mantine/core";
import { IconArrowForwardUp, IconDownload } from "@tabler/icons-react";
import { ButtonLink } from "../parts/ButtonLink";
import { CopyText } from "../parts/CopyText";
import { asInput, fileName, hasEnded, nameOf, type Origin, type Output } from "./output";

/** Hands an address to the browser's downloads. */
export function download(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
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
        onClick={(event) => {
          if (hasEnded(url)) {
            event.preventDefault();
            // Where there is no new link, the old one says why it ended.
            link().then(
              (fresh) => download(fresh, file),
              () => download(url, file),
            );
          }
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
        <ButtonLink
          to="/playground"
          search={{ file: asInput(of, no) }}
          size="xs"
          variant="default"
          leftSection={<IconArrowForwardUp size={14} />}
          aria-label={`Use ${name.toLowerCase()} as input of another model`}
        >
          Use as input
        </ButtonLink>
      )}
    </Group>
  );
}

/** Text for machines: scrolls inside itself, and can be copied. */
import { Box, Code } from "@mantine/core";
import { Copy } from "./Copy";
import classes from "./Snippet.module.css";

export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <Box pos="relative">
      <Code block className={classes.text} tabIndex={0} role="region" aria-label={what}>
        {text}
      </Code>
      <Box pos="absolute" top={6} right={6}>
        <Copy value={text} what={what} />
      </Box>
    </Box>
  );
}

import { createTheme } from "@mantine/core";

/** Colours that keep a contrast of 4.5 to 1 in both schemes. */
export const theme = createTheme({
  primaryColor: "violet",
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

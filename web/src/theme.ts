import { type CSSVariablesResolver, createTheme } from "@mantine/core";

/** Colours that keep a contrast of 4.5 to 1 in both schemes. */
export const theme = createTheme({
  primaryColor: "violet",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Mantine's dimmed text, placeholders, and words on a ground of their own colour are too pale for that contrast. */
export const darkerGreys: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "#6b737b",
    "--mantine-color-error": "var(--mantine-color-red-8)",
    "--mantine-color-teal-light-color": "#06694b",
    "--mantine-color-red-light-color": "var(--mantine-color-red-9)",
    "--mantine-color-blue-light-color": "var(--mantine-color-blue-9)",
    "--mantine-color-violet-light-color": "var(--mantine-color-violet-9)",
    "--mantine-color-gray-light-color": "var(--mantine-color-gray-8)",
    "--mantine-color-green-light-color": "#237032",
    "--mantine-color-orange-light-color": "#b33a0a",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-2)",
    "--mantine-color-error": "var(--mantine-color-red-5)",
  },
});

import { Page } from "../../parts/Page";

export function Playground() {
  return <Page title="Playground">…</Page>;
}

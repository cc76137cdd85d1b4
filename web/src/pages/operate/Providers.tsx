import { Page } from "../../parts/Page";

export function Providers() {
  return <Page title="Providers">…</Page>;
}

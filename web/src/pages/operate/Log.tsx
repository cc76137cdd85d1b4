import { Page } from "../../parts/Page";

export function Log() {
  return <Page title="Log">…</Page>;
}

import { Page } from "../../parts/Page";

export function Limits() {
  return <Page title="Limits">…</Page>;
}

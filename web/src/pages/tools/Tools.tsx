import { Page } from "../../parts/Page";

export function Tools() {
  return <Page title="Tools">…</Page>;
}

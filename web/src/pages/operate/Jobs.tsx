import { Page } from "../../parts/Page";

export function Jobs() {
  return <Page title="Jobs">…</Page>;
}

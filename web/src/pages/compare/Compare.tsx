import { Page } from "../../parts/Page";

export function Compare() {
  return <Page title="Compare">…</Page>;
}

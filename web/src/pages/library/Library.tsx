import { Page } from "../../parts/Page";

export function Library() {
  return <Page title="Library">…</Page>;
}

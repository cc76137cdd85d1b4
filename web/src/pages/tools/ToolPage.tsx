import { Page } from "../../parts/Page";

export function ToolPage() {
  return <Page title="ToolPage">…</Page>;
}

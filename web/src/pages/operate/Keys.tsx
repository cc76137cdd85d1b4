import { Page } from "../../parts/Page";

export function Keys() {
  return <Page title="Keys">…</Page>;
}

import { Page } from "../../parts/Page";

export function Accounts() {
  return <Page title="Accounts">…</Page>;
}

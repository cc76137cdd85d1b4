/** What there is to spend, what was spent, and the files that the account keeps here. */
import { Stack } from "@mantine/core";
import { may, useSession } from "../../api/session";
import { Empty } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { Files } from "./Files";
import { Funds } from "./Funds";
import { LedgerList } from "./LedgerList";
import { Usage } from "./Usage";

export function Account() {
  const session = useSession();
  const money = may(session, "account:read");
  const files = may(session, "files:write");
  return (
    <Page
      title="Account"
      lead={
        session.mode === "test"
          ? `${session.account.name}, test mode: all of this is play money.`
          : `${session.account.name}, live mode.`
      }
    >
      <Stack gap="xl">
        {money ? (
          <>
            <Funds />
            <Usage />
            <LedgerList />
          </>
        ) : (
          <Empty title="This key may not see the account's money">
            Sign in with a key that has the permission account:read.
          </Empty>
        )}
        {files && <Files />}
      </Stack>
    </Page>
  );
}

/** Who buys: their credit, and how much they may do at a time. */

import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { moment, usd } from "../../parts/words";
import { AccountDrawer } from "./accounts/AccountDrawer";
import { NewAccount } from "./accounts/dialogs";
import { useAccountPages } from "./shared/calls";
import { type Column, Rows } from "./shared/Rows";
import type { Account } from "./shared/types";

const COLUMNS: Column<Account>[] = [
  {
    title: "Account",
    cell: ({ id, name }) => (
      <PageLink size="sm" to="/operate/accounts" search={{ account: String(id) }} fw={600}>
        {name}
      </PageLink>
    ),
  },
  { title: "No.", cell: ({ id }) => id, right: true },
  {
    title: "Email",
    cell: ({ email }) =>
      email ?? (
        <Text c="dimmed" size="sm">
          –
        </Text>
      ),
  },
  { title: "Live credit", cell: ({ balances }) => usd(balances.live.available_usd), right: true },
  { title: "Live, held", cell: ({ balances }) => usd(balances.live.held_usd), right: true },
  { title: "Test credit", cell: ({ balances }) => usd(balances.test.available_usd), right: true },
  { title: "Made", cell: ({ created_at }) => moment(created_at) },
];

export function Accounts() {
  const pages = useAccountPages();
  const { account } = useSearch({ from: "/shell/operate/accounts" });
  const navigate = useNavigate();
  const [making, make] = useDisclosure();
  const close = () => navigate({ to: "/operate/accounts", search: {} });
  return (
    <Page
      title="Accounts"
      lead="Each has its own credit, for live and for test keys, and its own jobs and files."
      aside={
        <Button leftSection={<IconPlus size={16} />} onClick={make.open}>
          New account
        </Button>
      }
    >
      {pages.isPending && <Waiting what="the accounts" />}
      {pages.isLoadingError && <Trouble error={pages.error} again={() => pages.refetch()} />}
      {pages.items?.length === 0 && <Empty title="There is no account yet" />}
      {pages.items && pages.items.length > 0 && (
        <Rows label="Accounts" columns={COLUMNS} items={pages.items} id={({ id }) => id} />
      )}
      <More pages={pages} />
      <NewAccount
        opened={making}
        onClose={make.close}
        onMade={(id) => navigate({ to: "/operate/accounts", search: { account: String(id) } })}
      />
      <AccountDrawer id={account} onClose={close} />
    </Page>
  );
}

/** The keys of all accounts: who may do what, and for how much. */

import { Button, Code, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { moment, words } from "../../parts/words";
import { KeyDrawer, KeyState, rateText } from "./keys/KeyDrawer";
import { NewKey } from "./keys/NewKey";
import { presetOf } from "./keys/scopes";
import { useKeyPages } from "./shared/calls";
import { ModeBadge } from "./shared/ModeBadge";
import { AccountPicker } from "./shared/Pickers";
import { type Column, Rows } from "./shared/Rows";
import { SecretOnce } from "./shared/SecretOnce";
import type { ApiKey, NewKey as Made } from "./shared/types";

function columns(account: string | undefined): Column<ApiKey>[] {
  return [
    {
      title: "Key",
      cell: ({ id, name }) => (
        <PageLink size="sm" to="/operate/keys" search={{ account, key: id }} fw={600}>
          {name || id}
        </PageLink>
      ),
    },
    { title: "Ends with", cell: ({ last4 }) => <Code>…{last4}</Code> },
    {
      title: "Account",
      cell: ({ account }) => (
        <PageLink size="sm" to="/operate/accounts" search={{ account: String(account) }}>
          No. {account}
        </PageLink>
      ),
    },
    { title: "Mode", cell: ({ mode }) => <ModeBadge mode={mode} /> },
    { title: "State", cell: ({ state }) => <KeyState state={state} /> },
    {
      title: "May",
      cell: ({ scopes }) => {
        const preset = presetOf(scopes);
        return (
          <span title={scopes.join(", ")}>
            {preset === "own" ? `${scopes.length} permissions` : words(preset)}
          </span>
        );
      },
    },
    {
      title: "Requests",
      cell: ({ rate }) =>
        rate ? (
          rateText(rate)
        ) : (
          <Text c="dimmed" size="sm">
            usual
          </Text>
        ),
    },
    { title: "Ends", cell: ({ expires_at }) => (expires_at ? moment(expires_at) : "Never") },
  ];
}

export function Keys() {
  const { account, key } = useSearch({ from: "/shell/operate/keys" });
  const navigate = useNavigate();
  const pages = useKeyPages({ account: account === undefined ? undefined : Number(account) });
  const [making, make] = useDisclosure();
  const [made, setMade] = useState<{ secret: string; title: string; note?: string }>();
  const show = (key?: string) => navigate({ to: "/operate/keys", search: { account, key } });
  const tell = ({ key, secret }: Made, note?: string) =>
    setMade({ secret, note, title: `The key ${key.name || key.id} is made` });
  return (
    <Page
      title="Keys"
      lead="Each belongs to an account, has its mode and its permissions, and may have a budget and a limit of its own."
      aside={
        <Button leftSection={<IconPlus size={16} />} onClick={make.open}>
          New key
        </Button>
      }
    >
      <AccountPicker
        label="Account"
        placeholder="All accounts"
        value={account ?? null}
        onChange={(chosen) => navigate({ to: "/operate/keys", search: { account: chosen ?? undefined } })}
        clearable
        clearButtonProps={{ "aria-label": "Show the keys of all accounts" }}
        w={{ base: "100%", xs: 280 }}
      />
      {pages.isPending && <Waiting what="the keys" />}
      {pages.isLoadingError && <Trouble error={pages.error} again={() => pages.refetch()} />}
      {pages.items?.length === 0 && (
        <Empty title="There are no keys here">Make one, and hand it to whoever calls the API.</Empty>
      )}
      {pages.items && pages.items.length > 0 && (
        <Rows label="Keys" columns={columns(account)} items={pages.items} id={({ id }) => id} />
      )}
      <More pages={pages} />
      <NewKey opened={making} onClose={make.close} account={account} onMade={tell} />
      <KeyDrawer id={key} onClose={() => show()} onRotated={tell} />
      <SecretOnce
        secret={made?.secret}
        title={made?.title ?? ""}
        note={made?.note}
        onClose={() => setMade(undefined)}
      />
    </Page>
  );
}

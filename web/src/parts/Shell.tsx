/** The frame around every page: where one is, where one can go, and as whom. */
import {
  ActionIcon,
  Anchor,
  AppShell,
  Badge,
  Burger,
  Group,
  Menu,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAdjustments,
  IconBook,
  IconColumns3,
  IconGauge,
  IconKey,
  IconListDetails,
  IconLogout,
  IconMoon,
  IconPhoto,
  IconPlugConnected,
  IconSparkles,
  IconSun,
  IconTools,
  IconUserCircle,
  IconUsers,
  IconWallet,
  IconWebhook,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { query } from "../api/client";
import { may, type Session, sessionQuery, useSigning } from "../api/session";
import { Waiting } from "./Notes";
import classes from "./Shell.module.css";
import { usd } from "./words";

const MAKE = [
  { to: "/playground", label: "Playground", icon: IconSparkles },
  { to: "/compare", label: "Compare", icon: IconColumns3 },
  { to: "/tools", label: "Tools", icon: IconTools },
  { to: "/library", label: "Library", icon: IconPhoto },
  { to: "/webhooks", label: "Webhooks", icon: IconWebhook },
  { to: "/account-overview", label: "Account", icon: IconWallet },
] as const;

const OPERATE = [
  { to: "/operate", label: "Overview", icon: IconGauge },
  { to: "/operate/jobs", label: "Jobs", icon: IconListDetails },
  { to: "/operate/accounts", label: "Accounts", icon: IconUsers },
  { to: "/operate/keys", label: "Keys", icon: IconKey },
  { to: "/operate/providers", label: "Providers", icon: IconPlugConnected },
  { to: "/operate/limits", label: "Limits", icon: IconAdjustments },
  { to: "/operate/log", label: "Audit log", icon: IconBook },
] as const;

export function Shell() {
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const here = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere has no more use for the menu
  useEffect(close, [here.pathname]);
  const gone = session === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the page was when the session ended, not where that leads
  useEffect(() => {
    if (gone) {
      void navigate({ to: "/sign-in", search: { next: here.href } });
    }
  }, [gone]);
  if (!session) {
    return <Waiting what="the session" />;
  }
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? "Close the menu" : "Open the menu"}
            />
            <Anchor component={Link} to="/playground" underline="never" c="inherit" fw={700} fz="lg">
              <Group gap={8} wrap="nowrap">
                <img src="/favicon.svg" alt="" width={26} height={26} />
                Spool
              </Group>
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {may(session, "account:read") && <Balance />}
            <ModeBadge session={session} />
            <SchemeSwitch />
            <Profile session={session} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <AppShell.Section grow component={ScrollArea}>
          {MAKE.map((item) => (
            <Item key={item.to} {...item} active={here.pathname.startsWith(item.to)} />
          ))}
          {may(session, "admin") && (
            <>
              <Text size="xs" fw={600} c="dimmed" mt="md" mb={4} px="sm">
                Operate
              </Text>
              {OPERATE.map((item) => (
                <Item
                  key={item.to}
                  {...item}
                  active={
                    item.to === "/operate"
                      ? here.pathname.replace(/\/$/, "") === item.to
                      : here.pathname.startsWith(item.to)
                  }
                />
              ))}
            </>
          )}
        </AppShell.Section>
        <AppShell.Section px="sm" pb="xs">
          <Text size="xs" c="dimmed">
            <Anchor href="/docs" size="xs">
              API reference
            </Anchor>{" "}
            · Spool {session.server.version}
          </Text>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Item({
  to,
  label,
  icon: Icon,
  active,
}: (typeof MAKE | typeof OPERATE)[number] & { active: boolean }) {
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
      active={active}
      aria-current={active ? "page" : undefined}
    />
  );
}

function Balance() {
  const { data } = query.useQuery("get", "/v1/balance");
  return data ? (
    <Tooltip label={`${usd(data.held_usd)} more is held for open jobs`}>
      <Anchor component={Link} to="/account-overview" c="inherit" size="sm" visibleFrom="xs">
        {usd(data.available_usd)}
      </Anchor>
    </Tooltip>
  ) : null;
}

function ModeBadge({ session }: { session: Session }) {
  return session.mode === "test" ? (
    <Tooltip label="Everything comes from the built-in sandbox and costs play money">
      <Badge color="teal" variant="light" tt="none">
        Test
      </Badge>
    </Tooltip>
  ) : (
    <Badge color="orange" variant="light" tt="none">
      Live
    </Badge>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      onClick={() => setColorScheme(other)}
      aria-label={`Use ${other} colours`}
    >
      {other === "light" ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

function Profile({ session }: { session: Session }) {
  const { signOut } = useSigning();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label="Who is signed in">
          <IconUserCircle size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.account.name} · {session.key.name || session.key.id} …{session.key.last4}
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

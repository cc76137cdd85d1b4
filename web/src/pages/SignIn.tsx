/** Signing in with an API key. The server keeps it in a cookie that no script can read. */
import { Alert, Button, Center, Code, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Fault } from "../api/fault";
import { useSigning } from "../api/session";

/** A key in the address's fragment, which never reaches a server; taken out at once, so that it stays in no history. */
function keyInAddress(): string | undefined {
  const key = new URLSearchParams(window.location.hash.slice(1)).get("key") ?? undefined;
  if (key) {
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
  return key;
}

/** Only addresses of this app: whatever else somebody put there is no place to go to. */
function inside(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/sign-in")
    ? next
    : "/playground";
}

export function SignIn() {
  useDocumentTitle("Sign in · Spool");
  const { signIn } = useSigning();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  const [key, setKey] = useState("");
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);

  const enter = async (key: string) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await signIn(key.trim());
      await navigate({ href: inside(next), replace: true });
    } catch (error) {
      const unknown = error instanceof Fault && error.status === 401;
      setTrouble(unknown ? "This key is unknown, expired or revoked." : (error as Error).message);
      setBusy(false);
    }
  };

  const linked = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    const key = linked.current ? undefined : keyInAddress();
    if (key) {
      linked.current = true;
      void enter(key);
    }
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(key);
  };
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw={440}>
        <form onSubmit={submit}>
          <Stack>
            <Stack gap={4} align="center">
              <img src="/favicon.svg" alt="" width={48} height={48} />
              <Title order={1} size="h2">
                Sign in to Spool
              </Title>
            </Stack>
            <PasswordInput
              label="API key"
              description="Starts with spool_test_ or spool_live_"
              placeholder="spool_test_…"
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={trouble}
              autoComplete="current-password"
              spellCheck={false}
              required
              data-autofocus
            />
            <Button type="submit" loading={busy} disabled={key.trim() === ""}>
              Sign in
            </Button>
            <Alert variant="light" color="gray" title="The first key">
              <Text size="sm">
                The first start writes a test key to <Code>spool-data/test.key</Code>. It makes real files
                with the built-in sandbox, for play money. <Code>spool keys create --admin</Code> makes a key
                that also opens the operator's pages.
              </Text>
            </Alert>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

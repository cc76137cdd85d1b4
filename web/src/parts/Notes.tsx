/** What a page shows where it has nothing else to show. */
import { Alert, Anchor, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { told } from "../api/fault";

/** Something is on its way. */
export function Waiting({ what }: { what: string }) {
  return (
    <Center mih={160} role="status" aria-label={`Loading ${what}`}>
      <Loader type="dots" />
    </Center>
  );
}

/** What went wrong, and a way to try again where there is one. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={told(error)} role="alert">
      {again && (
        <Button size="xs" variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** There is nothing yet; what one may do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" ta="center" component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}

/** An address without a page. */
export function Missing() {
  return (
    <Stack align="center" mt="xl">
      <Title order={1}>There is no such page</Title>
      <Anchor component={Link} to="/playground">
        To the playground
      </Anchor>
    </Stack>
  );
}

/** A page that failed. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return <Trouble error={error} again={reset} />;
}

/** What the operator's pages have in common: whoever may not see them is told so. */
import { Alert, Code } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import { may, useSession } from "../../api/session";

export function Operate() {
  return may(useSession(), "admin") ? (
    <Outlet />
  ) : (
    <Alert color="orange" title="These pages are for operators">
      Sign in with a key that has the permission <Code>admin</Code>.
    </Alert>
  );
}

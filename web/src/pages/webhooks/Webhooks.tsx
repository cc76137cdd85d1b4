/** Who is called when something happens to a job, what they were sent, and what became of it. */
import { Button, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { may, useSession } from "../../api/session";
import { Empty } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { Deliveries } from "./Deliveries";
import { EndpointForm } from "./EndpointForm";
import { Endpoints } from "./Endpoints";
import { Signing } from "./Signing";

export function Webhooks() {
  const session = useSession();
  const allowed = may(session, "webhooks:manage");
  const [adding, setAdding] = useState(false);
  const worlds = session.mode === "test" ? "test jobs" : "live jobs";
  return (
    <Page
      title="Webhooks"
      lead={`Calls to your own servers when something happens to ${worlds} of this account.`}
      aside={
        allowed && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            Add endpoint
          </Button>
        )
      }
    >
      {allowed ? (
        <Stack gap="xl">
          <Endpoints add={() => setAdding(true)} />
          <Deliveries />
          <Signing />
          <EndpointForm opened={adding} close={() => setAdding(false)} />
        </Stack>
      ) : (
        <Empty title="This key may not manage webhooks">
          Sign in with a key that has the permission webhooks:manage.
        </Empty>
      )}
    </Page>
  );
}

/** What to do about jobs whose outcome nobody knows. */
import { Alert, List, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";

export function Guide() {
  return (
    <Alert color="orange" variant="light" icon={<IconInfoCircle />} title="What to do about these">
      <Text size="sm">
        The provider's answer to these orders was lost, it cannot be asked whether it has them, and they cost
        too much to be given up unseen. Nothing is sent again, and the customer's credit stays held until you
        decide.
      </Text>
      <List type="ordered" size="sm" mt="xs" spacing={4}>
        <List.Item>
          Open the job: it says which provider was asked, with which credential, when, and under which token.
        </List.Item>
        <List.Item>Look for it in the provider's own console, by the time, the model or the token.</List.Item>
        <List.Item>
          It is there: <b>Adopt</b> it with the provider's id of it. Its result is stored and charged, its
          failure ends the job without charge.
        </List.Item>
        <List.Item>
          It is not there, or cannot be followed: <b>Write it off</b>. The customer pays nothing, and what it
          may have cost is booked to suspense, to be compared with the provider's invoice.
        </List.Item>
      </List>
    </Alert>
  );
}

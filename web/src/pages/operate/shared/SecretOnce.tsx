/** A key that is shown this once. */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { CopyText } from "../../../parts/CopyText";

export function SecretOnce({
  secret,
  title,
  note,
  onClose,
}: {
  /** Nothing is shown without it. */
  secret: string | undefined;
  title: string;
  /** What follows besides. */
  note?: string;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={secret !== undefined}
      onClose={onClose}
      title={title}
      size="lg"
      // Whoever clicks beside it by accident would have lost the key.
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      styles={{ title: { fontWeight: 650 } }}
    >
      <Stack>
        <Alert color="orange" variant="light" icon={<IconAlertTriangle />} title="Copy it now">
          <Text size="sm">
            Spool keeps only its fingerprint. Nobody can show it again, this page included.
          </Text>
        </Alert>
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            label="API key"
            value={secret ?? ""}
            readOnly
            flex={1}
            data-autofocus
            onFocus={(event) => event.currentTarget.select()}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <CopyText text={secret ?? ""} size="sm">
            Copy
          </CopyText>
        </Group>
        {note && <Text size="sm">{note}</Text>}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

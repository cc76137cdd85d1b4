/** The everyday parameters, and the others behind a click. */
import { Button, Collapse, Stack } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { Fragment, type ReactNode, useId, useMemo, useState } from "react";
import { planOf } from "./schema";
import { useForm } from "./state";

export function Groups({ fields }: { fields: Map<string, ReactNode> }) {
  const { spec, faults } = useForm();
  const { everyday, more } = useMemo(() => planOf(spec), [spec]);
  const [wanted, want] = useState(false);
  const id = useId();
  const named = (name: string) => <Fragment key={name}>{fields.get(name)}</Fragment>;
  // A fault must not be hidden.
  const opened = wanted || Object.keys(faults).some((place) => more.includes(place.split(".")[0] ?? ""));
  return (
    <Stack gap="md">
      {everyday.map(named)}
      {more.length > 0 && (
        <div>
          <Button
            type="button"
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={() => want(!opened)}
            aria-expanded={opened}
            aria-controls={id}
            leftSection={opened ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
          >
            {opened ? "Fewer settings" : `More settings (${more.length})`}
          </Button>
          <Collapse expanded={opened} id={id}>
            <Stack gap="md" pt="sm">
              {more.map(named)}
            </Stack>
          </Collapse>
        </div>
      )}
    </Stack>
  );
}

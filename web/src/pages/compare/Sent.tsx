/** What a model is sent, under its own names, and what it has no place for. */
import { Code, Text } from "@mantine/core";
import classes from "./Compare.module.css";

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function Sent({ input, lacking }: { input: Record<string, unknown>; lacking: string[] }) {
  const entries = Object.entries(input);
  return (
    <div>
      <Text size="xs" fw={600}>
        Sent
      </Text>
      {entries.length === 0 ? (
        <Text size="xs" c="dimmed">
          Nothing yet
        </Text>
      ) : (
        <dl className={classes.sent}>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>
                <Code>{name}</Code>
              </dt>
              <dd title={shown(value)}>{shown(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {lacking.length > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          Does not have {lacking.join(", ")}
        </Text>
      )}
    </div>
  );
}

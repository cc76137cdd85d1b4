/** A request as programs, to be copied and run. */
import { Alert, Box, Group, SegmentedControl, Stack, Tabs } from "@mantine/core";
import { readLocalStorageValue, useLocalStorage } from "@mantine/hooks";
import { useMemo } from "react";
import { CopyText } from "../parts/CopyText";
import { tokens } from "./highlight";
import { LANGUAGES, type Language, programOf } from "./program";
import classes from "./RequestCode.module.css";
import { type CodeRequest, DIALECTS, type Dialect } from "./request";

/** A choice that is still there at the next visit; what a browser has kept may be anything. */
function useChoice<Name extends string>(key: string, names: readonly Name[], first: Name) {
  const known = (value: unknown) => names.find((name) => name === value) ?? first;
  const [kept, keep] = useLocalStorage<string>({
    key,
    defaultValue: known(readLocalStorageValue<string>({ key })),
  });
  return [known(kept), (value: string | null) => keep(known(value))] as const;
}

const names = <Name extends string>(table: Record<Name, string>) => Object.keys(table) as Name[];
const DIALECT_NAMES: readonly Dialect[] = names(DIALECTS);
const LANGUAGE_NAMES: readonly Language[] = names(LANGUAGES);

export function RequestCode({ model, tool, input }: CodeRequest) {
  const [dialect, setDialect] = useChoice("spool-code-dialect", DIALECT_NAMES, "jobs");
  const [language, setLanguage] = useChoice("spool-code-language", LANGUAGE_NAMES, "curl");
  const program = useMemo(
    () => programOf(language, dialect, { model, tool, input }, window.location.origin),
    [language, dialect, model, tool, input],
  );
  const found = "text" in program ? program : undefined;
  return (
    <Tabs value={dialect} onChange={setDialect} keepMounted={false}>
      <Tabs.List aria-label="Dialect">
        {DIALECT_NAMES.map((name) => (
          <Tabs.Tab key={name} value={name} px="sm">
            {DIALECTS[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={dialect} pt="sm">
        <Stack gap="sm">
          <Group justify="space-between" gap="xs">
            <SegmentedControl
              size="xs"
              aria-label="Language"
              data={LANGUAGE_NAMES.map((value) => ({ value, label: LANGUAGES[value] }))}
              value={language}
              onChange={setLanguage}
            />
            {found && <CopyText text={found.text}>Copy program</CopyText>}
          </Group>
          {language === "cli" && found && (
            <Alert role="note" variant="light" color="gray" p="xs">
              The command is the same whichever dialect your programs speak.
            </Alert>
          )}
          {found?.notes.map((note) => (
            <Alert key={note} role="note" variant="light" color="yellow" p="xs">
              {note}
            </Alert>
          ))}
          {found ? (
            <Source language={language} text={found.text} />
          ) : (
            <Alert role="note" variant="light" color="gray" title="There is no such program">
              {"refusal" in program && program.refusal}
            </Alert>
          )}
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}

function Source({ language, text }: { language: Language; text: string }) {
  const parts = useMemo(() => tokens(language, text), [language, text]);
  let at = 0;
  return (
    <Box component="section" tabIndex={0} aria-label="Program" className={classes.code}>
      <pre style={{ margin: 0 }}>
        <code>
          {parts.map(({ text, kind }) => {
            const key = at;
            at += text.length;
            return kind ? (
              <span key={key} className={classes[kind]}>
                {text}
              </span>
            ) : (
              text
            );
          })}
        </code>
      </pre>
    </Box>
  );
}

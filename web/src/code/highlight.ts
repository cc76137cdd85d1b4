/** Colours for short programs: enough to tell texts, remarks and words of the language apart. */
import type { Language } from "./program";

export interface Token {
  text: string;
  kind?: "string" | "comment" | "keyword" | "number";
}

const STRING = String.raw`"(?:[^"\\\n]|\\.)*"`;
const NUMBER = String.raw`(?<![\w.-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])`;

function grammar(comment: string, strings: string, words: string): RegExp {
  const keyword = String.raw`(?<![\w$.-])(?:${words})(?![\w$-])`;
  return new RegExp(
    `(?<comment>${comment})|(?<string>${strings})|(?<keyword>${keyword})|(?<number>${NUMBER})`,
    "gm",
  );
}

const SHELL = grammar(
  String.raw`(?<=^|\s)#.*$`,
  String.raw`'[^']*'|"(?:[^"\\]|\\.)*"|\\'`,
  "while|do|done|if|then|fi|exit|set|printf|curl|jq|echo|spool|sleep|perl|basename|read",
);
const GRAMMARS: Record<Language, RegExp> = {
  curl: SHELL,
  cli: SHELL,
  python: grammar(
    "#.*$",
    STRING,
    "import|from|as|def|return|try|except|with|while|in|not|if|else|for|break|None|True|False",
  ),
  javascript: grammar(
    String.raw`\/\/.*$`,
    String.raw`${STRING}|\`(?:[^\`\\]|\\.)*\``,
    "import|from|as|const|let|async|await|function|return|if|else|throw|new|while|for|of|null|true|false",
  ),
};

/** Long programs (with files inside) are not worth the time. */
const LENGTH_MAX = 40_000;

const KINDS = ["comment", "string", "keyword", "number"] as const;

export function tokens(language: Language, text: string): Token[] {
  if (text.length > LENGTH_MAX) {
    return [{ text }];
  }
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(GRAMMARS[language])) {
    if (match.index > at) {
      found.push({ text: text.slice(at, match.index) });
    }
    found.push({ text: match[0], kind: KINDS.find((kind) => match.groups?.[kind] !== undefined) });
    at = match.index + match[0].length;
  }
  if (at < text.length) {
    found.push({ text: text.slice(at) });
  }
  return found;
}

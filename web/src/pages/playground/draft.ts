/** What was typed for a model, kept over a reload of the page and no longer than the browser's tab. */
import { useEffect } from "react";
import { useSession } from "../../api/session";

type Input = Record<string, unknown>;

/** Another key of the same tab has drafts of its own. */
function nameOf(key: string, model: string): string {
  return `spool draft ${key} ${model}`;
}

export function useDraft(model: string): { kept: Input | undefined; keep(input: Input): void } {
  const { key } = useSession();
  const name = nameOf(key.id, model);
  return {
    get kept() {
      try {
        const text = sessionStorage.getItem(name);
        return text === null ? undefined : (JSON.parse(text) as Input);
      } catch {
        return undefined;
      }
    },
    keep(input) {
      try {
        if (Object.keys(input).length > 0) {
          sessionStorage.setItem(name, JSON.stringify(input));
        } else {
          sessionStorage.removeItem(name);
        }
      } catch {
        // No room, or none allowed: the draft lives as long as the page.
      }
    },
  };
}

/** Keeps the input as it changes. */
export function useKept(draft: { keep(input: Input): void }, input: Input): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the input is what changes
  useEffect(() => draft.keep(input), [input]);
}

/** What the words about providers mean. */
import type { Provider } from "../shared/types";

/** What follows when the answer to an order is lost. */
export const SAFETY = {
  idempotent: "Sent again: the same order is one job there",
  lookup: "Found: it is looked up by a token of ours",
  blind: "Never sent again: below a price it fails uncharged, above it waits for an operator",
} as const;

export const SAFETY_SHORT = { idempotent: "sent again", lookup: "found", blind: "never sent again" } as const;

/** What proves that a callback comes from the provider. */
export const CALLBACKS = {
  none: "None",
  unsigned: "Unsigned: they only make Spool look earlier",
  keys: "Signed with its published key",
  credential: "Signed with the credential",
  secret: "Signed where a callback secret is set up",
} as const;

/** What a check of a credential found. */
export const RESULTS: Record<string, { says: string; color: string }> = {
  works: { says: "Works", color: "green" },
  refused: { says: "Refused", color: "red" },
  no_money: { says: "No money left there", color: "red" },
  busy: { says: "Busy: asked too often", color: "orange" },
  failing: { says: "The provider fails", color: "orange" },
  unreachable: { says: "Cannot be reached", color: "orange" },
  unclear: { says: "Unclear", color: "gray" },
  no_free_call: { says: "Has no free call to check with", color: "gray" },
};

/** Secrets that are more than a key. */
const FORMS: Record<string, string> = {
  jimeng: "access:secret",
  kling: "An API key, or access:secret",
  a1111: "user:password",
  vertex: "The whole JSON key of a service account",
  "google-tts": "The whole JSON key of a service account",
};

export function secretForm(provider: string): string {
  return FORMS[provider] ?? "The API key, as the provider shows it";
}

export interface State {
  says: string;
  color: string;
}

/** How a provider stands, the worst first. */
export function stateOf({ adapter, set_up, credentials, gate }: Provider): State {
  if (!adapter) {
    return { says: "Not spoken", color: "gray" };
  }
  if (credentials.some(({ state }) => state === "locked")) {
    return { says: "Locked credential", color: "red" };
  }
  if (!set_up) {
    return { says: "Not set up", color: "gray" };
  }
  if (gate?.breaker === "open") {
    return { says: "Left alone", color: "red" };
  }
  if (gate?.breaker === "half_open") {
    return { says: "Being tried", color: "orange" };
  }
  if (gate?.paused_until) {
    return { says: "Asked for patience", color: "orange" };
  }
  return { says: "Set up", color: "green" };
}

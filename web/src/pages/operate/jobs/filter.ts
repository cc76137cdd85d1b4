/** What of the jobs is shown, as it stands in the address. */
import { isDay } from "../../../parts/days";
import { PHASES } from "../../../parts/phases";
import type { Mode } from "../shared/types";

const MODES: Mode[] = ["live", "test"];

/** The words of an address. `job` is the one that is looked at. */
export interface JobSearch {
  phase?: string;
  account?: string;
  key?: string;
  model?: string;
  provider?: string;
  mode?: string;
  from?: string;
  to?: string;
  job?: string;
}

/** Only what the server would take: somebody may have written the address by hand. */
export function filterOf({ phase, account, key, model, provider, mode, from, to }: JobSearch) {
  return {
    phase: PHASES.find((one) => one === phase),
    account: account && /^[1-9]\d*$/.test(account) ? Number(account) : undefined,
    key,
    model,
    provider,
    mode: MODES.find((one) => one === mode),
    from: isDay(from) ? from : undefined,
    to: isDay(to) ? to : undefined,
  };
}

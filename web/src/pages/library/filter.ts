/** What of the library is shown, as it stands in the address. */
import type { Filter, MediaKind, Status } from "../../api/library";
import { isDay } from "../../parts/days";

export const STATUSES: Status[] = ["queued", "processing", "succeeded", "failed", "canceled"];
export const KINDS: MediaKind[] = ["image", "video", "audio", "text"];

/** The words of an address. */
export interface Search {
  status?: string;
  model?: string;
  key?: string;
  kind?: string;
  from?: string;
  to?: string;
}

/** Only what the server would take: somebody may have written the address by hand. */
export function filterOf({ status, model, key, kind, from, to }: Search): Filter {
  return {
    status: STATUSES.find((one) => one === status),
    kind: KINDS.find((one) => one === kind),
    model: model || undefined,
    key: key || undefined,
    from: isDay(from) ? from : undefined,
    to: isDay(to) ? to : undefined,
  };
}

export function isFiltered(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

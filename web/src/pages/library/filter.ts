/** What of the library is shown, as it stands in the address. */
import type { Filter, MediaKind, Status } from "../../api/library";

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

const DAY = /^\d{4}-\d\d-\d\d$/;

/** Only what the server would take: somebody may have written the address by hand. */
export function filterOf({ status, model, key, kind, from, to }: Search): Filter {
  const day = (text?: string) => (text && DAY.test(text) ? text : undefined);
  return {
    status: STATUSES.find((one) => one === status),
    kind: KINDS.find((one) => one === kind),
    model: model || undefined,
    key: key || undefined,
    from: day(from),
    to: day(to),
  };
}

export function isFiltered(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** A job's history as steps and spans of one time axis. */

export interface Event {
  no: number;
  kind: string;
  at: string;
  detail: string;
}

export interface Attempt {
  part: number | null;
  no: number;
  provider: string;
  outcome: string;
  trouble: string | null;
  started_at: string;
  ended_at: string | null;
}

/** An event, with how long after the one before it came. */
export interface Step extends Event {
  /** Milliseconds; none for the first. */
  since: number | null;
}

/** A span on the axis. */
export interface Span {
  what: "phase" | "attempt";
  name: string;
  /** Milliseconds since the axis begins. */
  from: number;
  to: number;
}

export function steps(events: Event[]): Step[] {
  return events.map((event, index) => {
    const before = events[index - 1];
    return { ...event, since: before ? Date.parse(event.at) - Date.parse(before.at) : null };
  });
}

/** How long the axis is: until the end, or until now. At least a millisecond, so that it can be divided by. */
export function length(begin: string, end: string | null, now: number): number {
  return Math.max(1, (end ? Date.parse(end) : now) - Date.parse(begin));
}

/** The phases and attempts of a job that began and ended at these moments. */
export function spans(
  events: Event[],
  attempts: Attempt[],
  begin: string,
  end: string | null,
  now: number,
): Span[] {
  const zero = Date.parse(begin);
  const total = length(begin, end, now);
  const within = (at: string) => Math.min(total, Math.max(0, Date.parse(at) - zero));
  const phases = events.flatMap((event, index): Span[] => {
    const next = events[index + 1];
    // The last step of a job that is over lasts no time.
    if (!next && end !== null) {
      return [];
    }
    return [{ what: "phase", name: event.kind, from: within(event.at), to: next ? within(next.at) : total }];
  });
  const tries = attempts.map((attempt): Span => {
    const part = attempt.part === null ? "" : `, part ${attempt.part + 1}`;
    return {
      what: "attempt",
      name: `${attempt.no}. ${attempt.provider}${part}`,
      from: within(attempt.started_at),
      to: attempt.ended_at ? within(attempt.ended_at) : total,
    };
  });
  return [...phases, ...tries];
}

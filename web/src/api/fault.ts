/** What a refused call says, whichever dialect's form it has. */
export class Fault extends Error {
  override name = "Fault";

  constructor(
    message: string,
    /** The HTTP status; 0 where no answer came. */
    readonly status: number,
    /** The stable code, in the dialect's spelling. */
    readonly code: string,
    /** The field at fault, such as `input.prompt`. */
    readonly field?: string,
  ) {
    super(message);
  }

  /** Whether nobody knows what the call did: no answer came, or the server failed over it. */
  get outcomeUnknown(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** Reads the answer of a refused call. */
  static async of(response: Response): Promise<Fault> {
    let body: unknown;
    try {
      body = await response.clone().json();
    } catch {
      body = undefined;
    }
    return Fault.from(body, response.status);
  }

  /** Reads `{error: {code, message, param | details.field}}`. */
  static from(body: unknown, status: number): Fault {
    const error = (body as { error?: unknown } | undefined)?.error;
    if (typeof error === "object" && error !== null) {
      const { code, message, param, details } = error as Record<string, unknown>;
      const field = param ?? (details as { field?: unknown } | undefined)?.field;
      return new Fault(
        typeof message === "string" ? message : `The server answered ${status}.`,
        status,
        typeof code === "string" ? code : "unknown",
        typeof field === "string" && field !== "" ? field : undefined,
      );
    }
    return new Fault(`The server answered ${status}.`, status, "unknown");
  }

  /** The call never got an answer. */
  static unreachable(cause: unknown): Fault {
    const fault = new Fault("The server cannot be reached.", 0, "unreachable");
    fault.cause = cause;
    return fault;
  }
}

/** What went wrong, for people. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The public HTTP API, as any client sees it: typed from the server's own description. */
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { Fault } from "./fault";
import type { paths } from "./schema";

/** What the server wants to see beside the cookie before it changes anything. */
let csrfToken: string | undefined;

/** Called with the token of the session that the page runs under. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** Headers for calls that do not go through `api`, such as uploads with progress. */
export function csrfHeaders(): Record<string, string> {
  return csrfToken ? { "X-CSRF-Token": csrfToken } : {};
}

const session: Middleware = {
  onRequest({ request }) {
    if (csrfToken && request.method !== "GET" && request.method !== "HEAD") {
      request.headers.set("X-CSRF-Token", csrfToken);
    }
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) {
      throw await Fault.of(response);
    }
    return response;
  },
  onError({ error }) {
    return Fault.unreachable(error);
  },
};

/** Plain calls. A refusal is thrown as a `Fault`, so `data` is there whenever the call returns. */
export const api = createFetchClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(session);

/** What a call answered, which is there whenever the call returns. */
export async function answered<Data>(call: Promise<{ data?: Data; response: Response }>): Promise<Data> {
  const { data, response } = await call;
  if (data === undefined) {
    throw new Fault("The server answered with nothing.", response.status, "unknown");
  }
  return data;
}

/** The same calls as queries and mutations of TanStack Query. */
export const query = createQueryClient(api);

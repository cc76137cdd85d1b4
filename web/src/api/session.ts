/** Who is signed in. The key itself stays in a cookie that no script can read. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { setCsrfToken } from "./client";
import { Fault } from "./fault";

/** The answer of `/v1/session`. */
export interface Session {
  csrf_token?: string;
  expires_at?: string;
  mode: "live" | "test";
  key: { id: string; name: string; last4: string; scopes: string[] };
  account: { id: number | string; name: string };
  server: { version: string; public_url: string | null };
}

const KEY = ["session"];

async function call(method: string, body?: unknown, csrf?: string): Promise<Response> {
  try {
    return await fetch("/v1/session", {
      method,
      credentials: "same-origin",
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(csrf === undefined ? {} : { "X-CSRF-Token": csrf }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw Fault.unreachable(error);
  }
}

async function read(): Promise<Session | null> {
  const response = await call("GET");
  if (response.status === 401) {
    return null;
  }
  if (!response.ok) {
    throw await Fault.of(response);
  }
  const session = (await response.json()) as Session;
  setCsrfToken(session.csrf_token);
  return session;
}

/** The session: `undefined` while it is asked for, `null` if nobody is signed in. */
export const sessionQuery = { queryKey: KEY, queryFn: read, staleTime: 60_000 };

/** The session of whoever is signed in; only below the shell, which shows nothing else to strangers. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) {
    throw new Error("nobody is signed in");
  }
  return data;
}

/** Whether the signed-in key has a permission. */
export function may(session: Session, scope: string): boolean {
  return session.key.scopes.includes(scope);
}

/** Signing in and out. */
export function useSigning() {
  const queries = useQueryClient();
  return {
    async signIn(key: string): Promise<Session> {
      const response = await call("POST", { key });
      if (!response.ok) {
        throw await Fault.of(response);
      }
      const session = (await response.json()) as Session;
      setCsrfToken(session.csrf_token);
      // What another key saw is not for this one.
      queries.clear();
      queries.setQueryData(KEY, session);
      return session;
    },
    async signOut(): Promise<void> {
      const session = queries.getQueryData<Session>(KEY);
      const response = await call("DELETE", undefined, session?.csrf_token);
      if (!response.ok && response.status !== 401) {
        throw await Fault.of(response);
      }
      setCsrfToken(undefined);
      queries.clear();
      queries.setQueryData(KEY, null);
    },
  };
}

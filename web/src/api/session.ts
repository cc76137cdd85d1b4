/** Who is signed in. The key itself stays in a cookie that no script can read. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, setCsrfToken } from "./client";
import { Fault } from "./fault";
import type { components } from "./schema";

/** The answer of `/v1/session`. */
export type Session = components["schemas"]["Session"];

/** What a key may do. */
export type Scope = Session["key"]["scopes"][number];

const KEY = ["session"];

/** A session that is in force from now on. */
function entered(session: Session | undefined): Session {
  if (!session) {
    throw new Fault("The server answered without a session.", 200, "unknown");
  }
  setCsrfToken(session.csrf_token);
  return session;
}

async function read(): Promise<Session | null> {
  try {
    return entered((await api.GET("/v1/session")).data);
  } catch (error) {
    if (error instanceof Fault && error.status === 401) {
      return null;
    }
    throw error;
  }
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
export function may(session: Session, scope: Scope): boolean {
  return session.key.scopes.includes(scope);
}

/** Signing in and out. */
export function useSigning() {
  const queries = useQueryClient();
  return {
    async signIn(key: string): Promise<Session> {
      const session = entered((await api.POST("/v1/session", { body: { key } })).data);
      // What another key saw is not for this one.
      queries.clear();
      queries.setQueryData(KEY, session);
      return session;
    },
    async signOut(): Promise<void> {
      await api.DELETE("/v1/session");
      setCsrfToken(undefined);
      // The session itself stays known, as nobody's: whoever watches it is told.
      queries.setQueryData(KEY, null);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
    },
  };
}

/** Who is using the app, and the parties that they act for. */
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { Provider, useQuery } from "urql";
import { graphql } from "../gql";
import type { ViewerQuery } from "../gql/graphql";
import { openApi, send } from "./api/client";

const ViewerDocument = graphql(`
  query Viewer {
    viewer {
      name
      parties {
        __typename
        id
        handle
        name
        country
      }
    }
  }
`);

export type Viewer = NonNullable<ViewerQuery["viewer"]>;
export type Party = Viewer["parties"][number];
export type PartyKind = Party["__typename"] & string;

interface Session {
  viewer: Viewer | null;
  /** While false, nobody knows yet who it is. */
  known: boolean;
  /** The market could not be asked. */
  failed: boolean;
  /** After the cookie changed: a new client, and everything is asked anew. */
  restart(): void;
  signOut(): Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("outside of SessionProvider");
  return session;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [turn, setTurn] = useState(0);
  const restart = useCallback(() => setTurn((count) => count + 1), []);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- a new turn is a new client
  const api = useMemo(() => openApi(restart), [restart, turn]);
  useEffect(() => () => api.close(), [api]);
  return (
    <Provider value={api.client}>
      <Known restart={restart}>{children}</Known>
    </Provider>
  );
}

function Known({ restart, children }: { restart: () => void; children: ReactNode }) {
  const [{ data, error }] = useQuery({ query: ViewerDocument });
  const session = useMemo<Session>(
    () => ({
      viewer: data?.viewer ?? null,
      known: data !== undefined || error !== undefined,
      failed: data === undefined && error !== undefined,
      restart,
      async signOut() {
        await send("DELETE", "/session");
        restart();
      },
    }),
    [data, error, restart],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

const PartyContext = createContext<Party | null>(null);
export const PartyProvider = PartyContext;

/** The party on whose behalf this area of the app is used. */
export function useParty(): Party {
  const party = use(PartyContext);
  if (!party) throw new Error("outside of a party's area");
  return party;
}

const ROOMS: Record<PartyKind, string> = { Model: "models", Brand: "brands", Agency: "agencies", Contributor: "contributors" };

/** /models/ada-lindqvist: where a party's screens are. */
export const pathOf = (party: Pick<Party, "handle"> & { __typename?: string }, screen = "") =>
  `/${ROOMS[(party.__typename ?? "Model") as PartyKind]}/${party.handle}${screen && `/${screen}`}`;

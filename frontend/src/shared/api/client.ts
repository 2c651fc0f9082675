/** The client of the public API, as any other: nothing here is a door of its own. */
import { cacheExchange } from "@urql/exchange-graphcache";
import { Client, fetchExchange, subscriptionExchange } from "urql";
import { openTransport } from "./transport";

/** What has an `id` is kept once, whoever asked; all else is a value and belongs to what holds it. */
const keyed = (data: { id?: unknown }) => (typeof data.id === "string" ? data.id : null);
const keys = new Proxy<Record<string, typeof keyed>>({}, { get: () => keyed });

export function openApi(onSignedOut: () => void) {
  const transport = openTransport(onSignedOut);
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    fetchOptions: {
      credentials: "same-origin",
      headers: { accept: "application/graphql-response+json, application/json", "X-Requested-With": "twinmarket" },
    },
    exchanges: [
      cacheExchange({ keys }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: transport.subscribe(
              { query: operation.query ?? "", variables: (operation.variables ?? {}) as Record<string, unknown> },
              sink as never,
            ),
          }),
        }),
      }),
    ],
  });
  return { client, close: transport.dispose };
}

/** An answer of the API's paths that are not GraphQL. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly errors: { message: string; code: string; path: string[] }[],
  ) {
    super(errors[0]?.message ?? "");
  }
}

interface Told {
  message?: string;
  extensions?: { code?: string; path?: string[] };
}

/** Send JSON to a path of our own; the answer's JSON. Throws HttpRefusal, or TypeError when there is no connection. */
export async function send<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-Requested-With": "twinmarket" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  let read: unknown = null;
  try {
    read = text ? JSON.parse(text) : null;
  } catch {
    read = null;
  }
  if (answer.ok) return read as Answer;
  const told = ((read as { errors?: Told[] } | null)?.errors ?? []).map((error) => ({
    message: error.message ?? "",
    code: error.extensions?.code ?? "",
    path: error.extensions?.path ?? [],
  }));
  throw new HttpRefusal(answer.status, told);
}

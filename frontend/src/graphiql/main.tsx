/** GraphiQL from our own host, with the main job as its examples. */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./graphiql.css";
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { EXAMPLES, HEADERS, PLACEHOLDER } from "./examples";

const url = new URL("/graphql", location.href).toString();
const wsClient = createClient({ url: url.replace(/^http/, "ws") });
const ask = createGraphiQLFetcher({ url, wsClient, headers: { "X-Requested-With": "twinmarket" } });

/** Until a key is put there, whoever is signed in asks as themselves. */
const fetcher: Fetcher = (question, options) => {
  const headers = Object.entries((options?.headers ?? {}) as Record<string, string>).filter(([, value]) => value !== PLACEHOLDER);
  return ask(question, { ...options, headers: Object.fromEntries(headers) });
};
const defaultTabs = EXAMPLES.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2), headers: HEADERS }));

createRoot(document.getElementById("graphiql") as HTMLElement).render(
  <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} defaultHeaders={HEADERS} shouldPersistHeaders={false} />,
);

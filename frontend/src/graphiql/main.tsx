/** GraphiQL from our own host, with the main job as its examples. */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./graphiql.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { EXAMPLES, HEADERS } from "./examples";

const url = new URL("/graphql", location.href).toString();
const wsClient = createClient({ url: url.replace(/^http/, "ws") });
const fetcher = createGraphiQLFetcher({ url, wsClient, headers: { "X-Requested-With": "twinmarket" } });
const defaultTabs = EXAMPLES.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2), headers: HEADERS }));

createRoot(document.getElementById("graphiql") as HTMLElement).render(
  <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} defaultHeaders={HEADERS} shouldPersistHeaders={false} />,
);

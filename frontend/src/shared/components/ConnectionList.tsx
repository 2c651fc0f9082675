/** A list that is fetched a page at a time: rows, how many there are, and a button for more. */
import { Button, Text } from "@mantine/core";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useClient, type CombinedError } from "urql";
import { useShared } from "../texts";
import { Failed, Loading } from "./Feedback";
import css from "./shared.module.css";

export interface Connection<Node> {
  nodes: Node[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/**
 * The rows of a connection, more of them on demand, and `refetch` for after a change or a lost connection.
 * The document takes `$first: Int!` and `$after: String`, and selects nodes { id }, totalCount, pageInfo { hasNextPage endCursor }.
 */
export function useConnectionList<Data, Variables extends { first: number; after?: string | null }, Node extends { id: string }>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  pick: (data: Data) => Connection<Node> | null | undefined,
  first = 20,
) {
  const client = useClient();
  const [state, setState] = useState<{ of: string; nodes: Node[]; total: number; cursor: string | null; error?: CombinedError | undefined; fetching: boolean }>();
  const of = JSON.stringify(variables);
  const picked = useRef(pick);
  picked.current = pick;
  const turn = useRef(0);

  const fetchPage = useCallback(
    async (after: string | null, count: number) => {
      const mine = ++turn.current;
      setState((old) => (old?.of === of ? { ...old, fetching: true, error: undefined } : { of, nodes: [], total: 0, cursor: null, fetching: true }));
      const asked = { ...JSON.parse(of), first: count, after } as Variables;
      const { data, error } = await client.query(document, asked, { requestPolicy: "network-only" }).toPromise();
      if (mine !== turn.current) return;
      const page = data && picked.current(data);
      setState((old) => {
        const kept = after && old ? old.nodes : [];
        if (!page) return { of, nodes: old?.nodes ?? [], total: old?.total ?? 0, cursor: old?.cursor ?? null, error, fetching: false };
        const known = new Set(kept.map((node) => node.id));
        const nodes = [...kept, ...page.nodes.filter((node) => !known.has(node.id))];
        return { of, nodes, total: page.totalCount, cursor: page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null, fetching: false };
      });
    },
    [client, document, of],
  );

  useEffect(() => void fetchPage(null, first), [fetchPage, first]);

  const fresh = state?.of === of ? state : undefined;
  const nodes = fresh?.nodes ?? [];
  return {
    nodes,
    total: fresh?.total ?? 0,
    error: fresh?.error,
    fetching: fresh?.fetching ?? true,
    hasMore: Boolean(fresh?.cursor),
    more: () => fetchPage(fresh?.cursor ?? null, first),
    refetch: () => fetchPage(null, Math.min(100, Math.max(first, nodes.length))),
  };
}

type List<Node> = ReturnType<typeof useConnectionList<never, never, Node & { id: string }>>;

/** <ConnectionList list={list} empty={<Empty .../>}>{(node) => <Row node={node} />}</ConnectionList> */
export function ConnectionList<Node extends { id: string }>({ list, empty, className, children }: { list: Pick<List<Node>, "nodes" | "total" | "error" | "fetching" | "hasMore" | "more" | "refetch">; empty: ReactNode; className?: string; children: (node: Node) => ReactNode }) {
  const t = useShared();
  if (list.nodes.length === 0) {
    if (list.fetching) return <Loading />;
    return list.error ? <Failed error={list.error} retry={() => void list.refetch()} /> : <>{empty}</>;
  }
  return (
    <>
      <ul className={className ?? css.list}>{list.nodes.map((node) => <li key={node.id}>{children(node)}</li>)}</ul>
      {list.error && <Failed error={list.error} retry={() => void list.more()} />}
      <div className={css.listFoot}>
        <Text size="sm" c="dimmed" aria-live="polite">{t("shown", { shown: list.nodes.length, total: list.total })}</Text>
        {list.hasMore && <Button variant="default" loading={list.fetching} onClick={() => void list.more()}>{t("more")}</Button>}
      </div>
    </>
  );
}

/** A subscription that misses nothing: it goes on from its last cursor, passes over what came twice, and says when to fetch anew. */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useEffect, useRef, useState } from "react";
import { useClient } from "urql";
import { connection } from "./connection";

interface Event {
  cursor: string;
}
type Only<Data> = Data[Exclude<keyof Data, "__typename">];

export interface Live<Data> {
  onEvent(event: Only<Data> & Event): void;
  /** After the connection was lost and came back: whatever the screen shows may be old. */
  onReturn?(): void;
  pause?: boolean;
}

const REMEMBERED = 2_000;
const AGAIN_AFTER = 3_000;

/**
 * useLive(PayoutActivity, { partyId }, { onEvent: ..., onReturn: refetch });
 * The document takes `$after: String` and selects `cursor`. Answers the error that stands in its way, if any.
 */
export function useLive<Data, Variables extends { after?: string | null }>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after">,
  live: Live<Data>,
): string | null {
  const client = useClient();
  const [generation, setGeneration] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const last = useRef<{ of: string; cursor: string | null; seen: Set<string> }>({ of: "", cursor: null, seen: new Set() });
  const current = useRef(live);
  current.current = live;
  const of = JSON.stringify(variables);

  useEffect(
    () =>
      connection.onReturn(() => {
        setGeneration((count) => count + 1);
        current.current.onReturn?.();
      }),
    [],
  );

  useEffect(() => {
    if (live.pause) return;
    if (last.current.of !== of) last.current = { of, cursor: null, seen: new Set() };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => void (timer = setTimeout(() => setGeneration((count) => count + 1), AGAIN_AFTER));
    const { unsubscribe } = client
      .subscription(document, { ...JSON.parse(of), after: last.current.cursor } as Variables)
      .subscribe((result) => {
        if (result.error) {
          setProblem(result.error.message);
          if (result.error.graphQLErrors.some((error) => error.extensions.reason === "CURSOR_TOO_OLD")) {
            last.current = { of, cursor: null, seen: new Set() };
            current.current.onReturn?.();
          }
          again();
        }
        if (!result.data) return;
        setProblem(null);
        const event = Object.entries(result.data).find(([name]) => name !== "__typename")?.[1] as Only<Data> & Event;
        const { seen } = last.current;
        if (seen.has(event.cursor)) return;
        seen.add(event.cursor);
        if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string);
        last.current.cursor = event.cursor;
        current.current.onEvent(event);
      });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [client, document, of, generation, live.pause]);

  return problem;
}

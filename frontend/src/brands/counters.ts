/** Counter-offers: no stream tells of them, so they are asked for now and then, and only while somebody looks. */
import { useEffect, useRef, useState } from "react";
import { useClient } from "urql";
import { graphql } from "../gql";
import { formatMoney } from "../shared/money";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useBrands } from "./texts";

const CountersDocument = graphql(`
  query BrandCounters($id: ID!) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        bids(status: [COUNTERED], first: 20) {
          totalCount
          nodes { id counterAmount { amount currency } twin { id name model { id name } } }
        }
      }
    }
  }
`);

const FIRST = 4_000;
const EVERY = 30_000;
const listeners = new Set<() => void>();

/** Called when a counter-offer has come, by the screens that show bids. */
export function useOnCounter(tell: () => void) {
  const current = useRef(tell);
  current.current = tell;
  useEffect(() => {
    const listener = () => current.current();
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
}

/** How many wait for the brand's answer. A new one is said aloud. */
export function useCounters(): number {
  const t = useBrands();
  const party = useParty();
  const client = useClient();
  const [count, setCount] = useState(0);
  const known = useRef<Map<string, string> | null>(null);

  useEffect(() => {
    let stopped = false;
    async function ask() {
      if (document.visibilityState !== "visible") return;
      const { data } = await client.query(CountersDocument, { id: party.id }, { requestPolicy: "network-only" }).toPromise();
      if (stopped || data?.node?.__typename !== "Brand") return;
      const { nodes, totalCount } = data.node.bids;
      const before = known.current;
      known.current = new Map(nodes.map(({ id, counterAmount }) => [id, counterAmount?.amount ?? ""]));
      setCount(totalCount);
      const fresh = before ? nodes.filter(({ id, counterAmount }) => before.get(id) !== (counterAmount?.amount ?? "")) : [];
      for (const { twin, counterAmount } of fresh) notify.good(t("counter.come", { model: twin.model.name, price: counterAmount ? formatMoney(counterAmount) : "" }), t("counter.come.hint", { twin: twin.name }));
      if (fresh.length > 0) listeners.forEach((tell) => tell());
    }
    const first = setTimeout(() => void ask(), FIRST);
    const again = setInterval(() => void ask(), EVERY);
    const onLook = () => void ask();
    document.addEventListener("visibilitychange", onLook);
    return () => {
      stopped = true;
      clearTimeout(first);
      clearInterval(again);
      document.removeEventListener("visibilitychange", onLook);
    };
  }, [client, party.id, t]);

  return count;
}

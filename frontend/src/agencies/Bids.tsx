/** Every bid on the models whom the agency represents: it may counter and decline; accepting is the model's alone. */
import { useState } from "react";
import { graphql } from "../gql";
import type { BidStatus } from "../gql/graphql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { useParty } from "../shared/session";
import { useShared } from "../shared/texts";
import { BidRow } from "./BidRow";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const BidsDocument = graphql(`
  query AgencyBids($id: ID!, $status: [BidStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        bids(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { id ...BidRow }
        }
      }
    }
  }
`);

const STATES: BidStatus[] = ["PENDING", "COUNTERED", "ACCEPTED", "DECLINED", "LOST"];

export function Bids() {
  const t = useAgencies();
  const shared = useShared();
  const party = useParty();
  const [status, setStatus] = useState<BidStatus>("PENDING");
  const list = useConnectionList(BidsDocument, { id: party.id, status: [status] }, ({ node }) => (node?.__typename === "Agency" ? node.bids : null));
  return (
    <Page title={t("bids.title")} lead={t("bids.lead")}>
      <div className={css.filters} role="group" aria-label={t("bids.title")}>
        {STATES.map((each) => <button key={each} type="button" aria-pressed={each === status} onClick={() => setStatus(each)}>{shared(`status.bid.${each}`)}</button>)}
      </div>
      <ConnectionList list={list} empty={<Empty icon="bids" title={t("bids.empty")} hint={t("bids.empty.hint")} />}>
        {(bid) => <BidRow bid={bid} onChange={() => void list.refetch()} />}
      </ConnectionList>
    </Page>
  );
}

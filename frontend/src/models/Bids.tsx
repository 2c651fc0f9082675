/** What brands offer: those that wait for her first, by twin, with what they exclude and what earns the most together. */
import { SegmentedControl, Text } from "@mantine/core";
import "@mantine/core/styles/SegmentedControl.layer.css";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import { useState } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BidStatus, ModelBidsQuery } from "../gql/graphql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { RightsLine } from "../shared/components/RightsSummary";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatRelative } from "../shared/dates";
import { formatMoney, fromMinor, toMinor, type Money } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const BidsDocument = graphql(`
  query ModelBids($id: ID!, $status: [BidStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        bids(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            status
            amount { amount currency }
            counterAmount { amount currency }
            expiresAt
            createdAt
            brand { id name }
            twin { id name handle previewUrls }
            listing { id format status closesAt }
            rights { media territories industry startsOn endsOn exclusivity }
            conflictsWith { id }
          }
        }
      }
    }
  }
`);

const BestOutcomeDocument = graphql(`
  query ModelBestOutcome($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        twins(first: 20) {
          nodes {
            id
            name
            listings(first: 1) {
              nodes {
                id
                bestOutcome { id amount { amount currency } brand { id name } }
                bestOutcomeProven
              }
            }
          }
        }
      }
    }
  }
`);

type Bid = Extract<NonNullable<ModelBidsQuery["node"]>, { __typename?: "Model" }>["bids"]["nodes"][number];

const TABS = ["waiting", "answered", "over"] as const;
type Tab = (typeof TABS)[number];
const STATUS: Record<Tab, BidStatus[]> = {
  waiting: ["PENDING"],
  answered: ["COUNTERED", "ACCEPTED"],
  over: ["DECLINED", "WITHDRAWN", "EXPIRED", "LOST"],
};

export function Bids() {
  const t = useModels();
  const party = useParty();
  const [tab, setTab] = useState<Tab>("waiting");
  const list = useConnectionList(BidsDocument, { id: party.id, status: STATUS[tab] }, (data) => (data.node?.__typename === "Model" ? data.node.bids : null));
  return (
    <Page title={t("bids.title")} lead={t("bids.lead")}>
      <SegmentedControl fullWidth mb="lg" size="md" value={tab} onChange={(value) => setTab(value as Tab)} aria-label={t("bids.which")} data={TABS.map((each) => ({ value: each, label: t(`bids.tab.${each}`) }))} />
      {tab === "waiting" && list.nodes.length > 1 && <BestOutcome />}
      <ConnectionList list={list} empty={<Empty icon="bids" title={t(`bids.none.${tab}`)} hint={t(`bids.none.${tab}.hint`)} />}>
        {(bid) => <BidRow bid={bid} />}
      </ConnectionList>
    </Page>
  );
}

function BidRow({ bid }: { bid: Bid }) {
  const t = useModels();
  const party = useParty();
  return (
    <Link className={css.bid} to={pathOf(party, `bids/${encodeURIComponent(bid.id)}`)}>
      <span className={css.face}><Portrait twin={{ ...bid.twin, model: party }} decorative size={56} /></span>
      <span className={css.bidText}>
        <span className={css.bidTop}><strong>{bid.brand.name}</strong><strong className={css.amount}>{formatMoney(bid.amount)}</strong></span>
        <small><RightsLine rights={bid.rights} /></small>
        <span className={css.bidFoot}>
          <StatusBadge of="bid" is={bid.status} />
          {bid.status === "PENDING" && bid.conflictsWith.length > 0 && <span className={css.conflict}>{t("bids.conflicts", { count: bid.conflictsWith.length })}</span>}
          {bid.status === "PENDING" && bid.expiresAt && <Text span size="sm" c="dimmed">{t("bids.expires", { when: formatRelative(bid.expiresAt) })}</Text>}
        </span>
      </span>
      <Icon name="chevron" size={18} />
    </Link>
  );
}

const sum = (amounts: readonly Money[]): Money | null => {
  const [first] = amounts;
  return first ? fromMinor(amounts.reduce((total, money) => total + toMinor(money), 0n), first.currency) : null;
};

/** Of the bids that wait for a twin, those that pay the most when they are all accepted. */
function BestOutcome() {
  const t = useModels();
  const party = useParty();
  const [{ data }] = useQuery({ query: BestOutcomeDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const twins = data?.node?.__typename === "Model" ? data.node.twins.nodes : [];
  const best = twins.flatMap((twin) => twin.listings.nodes.map((listing) => ({ twin, bids: listing.bestOutcome, isProven: listing.bestOutcomeProven }))).filter((each) => each.bids.length > 1);
  return best.map(({ twin, bids, isProven }) => {
    const total = sum(bids.map((bid) => bid.amount));
    return (
      <section key={twin.id} className={css.best} aria-label={t("bids.best")}>
        <Icon name="earnings" />
        <div>
          <strong>{t(isProven ? "bids.best.title" : "bids.best.found", { count: bids.length, name: twin.name, total: total ? formatMoney(total) : "" })}</strong>
          <ul>
            {bids.map((bid) => <li key={bid.id}><Link to={pathOf(party, `bids/${encodeURIComponent(bid.id)}`)}>{bid.brand.name}, {formatMoney(bid.amount)}</Link></li>)}
          </ul>
        </div>
      </section>
    );
  });
}

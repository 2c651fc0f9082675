/** One listing, live: its bids as they come (of a sealed one, after its close), what earns the most, and taking it back. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { AgencyListingQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { useLive } from "../shared/api/useLive";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { RightsSummary } from "../shared/components/RightsSummary";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { BidRow } from "./BidRow";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const ListingDocument = graphql(`
  query AgencyListing($id: ID!) {
    node(id: $id) {
      __typename
      ... on Listing {
        id
        format
        status
        opensAt
        closesAt
        bidCount
        reserveMet
        startingPrice { amount currency }
        currentPrice { amount currency }
        minimumBid { amount currency }
        rights { media territories industry startsOn endsOn exclusivity }
        twin { id name model { id name } }
        bids(first: 50) { totalCount nodes { id ...BidRow } }
        bestOutcome { id amount { amount currency } brand { id name } }
        bestOutcomeProven
      }
    }
  }
`);

const ListingMovesDocument = graphql(`
  subscription ListingMoves($listingId: ID!, $after: String) {
    listingActivity(listingId: $listingId, after: $after) { cursor at kind }
  }
`);

const WithdrawDocument = graphql(`
  mutation WithdrawListing($input: WithdrawListingInput!) {
    withdrawListing(input: $input) {
      __typename
      ... on ListingWithdrawn { listing { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Listing = Extract<NonNullable<AgencyListingQuery["node"]>, { __typename?: "Listing" }>;

export function ListingPage() {
  const { listing: id = "" } = useParams();
  const [query, retry] = useQuery({ query: ListingDocument, variables: { id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(ListingMovesDocument, { listingId: id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Ready query={query} retry={refetch} rows={6}>
      {({ node }) => (node?.__typename === "Listing" ? <Loaded listing={node} refetch={refetch} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ listing, refetch }: { listing: Listing; refetch: () => void }) {
  const t = useAgencies();
  const party = useParty();
  const { twin, status } = listing;
  const isSealed = listing.format === "SEALED";
  const isHidden = isSealed && (status === "OPEN" || status === "SCHEDULED");
  return (
    <Page title={t("listing.title", { twin: twin.name })} lead={t(`format.${listing.format}.hint`)} actions={<LiveState />}>
      <Link to={pathOf(party, "listings")} className={css.back}>← {t("listings.title")}</Link>
      <dl className={css.sums}>
        <div><dt>{t(isSealed ? "listing.starting" : "listing.now")}</dt><dd>{formatMoney(isSealed ? listing.startingPrice : (listing.currentPrice ?? listing.startingPrice))}</dd></div>
        {!isSealed && <div><dt>{t("listing.reserve")}</dt><dd>{t(listing.reserveMet ? "listing.reserve.met" : "listing.reserve.notMet")}</dd></div>}
        <div><dt><StatusBadge of="listing" is={status} /></dt><dd>{formatMoment(status === "SCHEDULED" ? listing.opensAt : listing.closesAt)}</dd></div>
      </dl>
      <Section title={isHidden ? t("tab.bids") : t("listing.bids", { count: listing.bidCount })}>
        {listing.bestOutcome.length > 0 && <p className={css.note}>{t(listing.bestOutcomeProven ? "listing.best" : "listing.best.found", { bids: listing.bestOutcome.map((bid) => `${bid.brand.name}, ${formatMoney(bid.amount)}`).join("; "), name: twin.model.name })}</p>}
        {listing.bids.nodes.length > 0 ? (
          <ul className={css.list}>{listing.bids.nodes.map((bid) => <li key={bid.id}><BidRow bid={bid} onChange={refetch} /></li>)}</ul>
        ) : (
          <Empty icon="bids" title={t(isHidden ? "listing.sealed" : "listing.noBids")} hint={isHidden ? t("listing.sealed.hint", { when: formatMoment(listing.closesAt) }) : t("listing.noBids.hint", { amount: formatMoney(listing.minimumBid) })} />
        )}
      </Section>
      <Section title={t("listing.rights")}><RightsSummary rights={listing.rights} /></Section>
      {(status === "OPEN" || status === "SCHEDULED") && <Withdraw listing={listing} onDone={refetch} />}
    </Page>
  );
}

function Withdraw({ listing, onDone }: { listing: Listing; onDone: () => void }) {
  const t = useAgencies();
  const [asked, setAsked] = useState(false);
  const [withdraw, busy] = useAction(WithdrawDocument, "ListingWithdrawn");

  async function go() {
    const outcome = await withdraw({ input: { listingId: listing.id } });
    setAsked(false);
    if (outcome.ok) notify.good(t("listing.withdrawn"));
    onDone();
  }

  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>{t("listing.withdraw")}</Button>
      {asked && (
        <Sheet title={t("listing.withdraw.title")} onClose={() => setAsked(false)}>
          <p>{t("listing.withdraw.text", { count: listing.bidCount })}</p>
          <SheetButtons>
            <Button variant="default" onClick={() => setAsked(false)}>{t("listing.keep")}</Button>
            <Button color="red.8" loading={busy} onClick={() => void go()}>{t("listing.withdraw.sure")}</Button>
          </SheetButtons>
        </Sheet>
      )}
    </>
  );
}

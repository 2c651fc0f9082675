/** A listing as it happens: the price, how oneself stands, the time left, and the bid. Who else bids is nobody's business. */
import { Button, Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { AuctionQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { RightsSummary } from "../shared/components/RightsSummary";
import { formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { BidForm } from "./BidForm";
import { useBrand } from "./brand";
import { Countdown } from "./Countdown";
import { useBrands } from "./texts";
import css from "./auction.module.css";
import brands from "./brands.module.css";

const AuctionDocument = graphql(`
  query Auction($id: ID!) {
    node(id: $id) {
      __typename
      ... on Listing {
        id
        format
        status
        startingPrice { amount currency }
        currentPrice { amount currency }
        minimumBid { amount currency }
        reserveMet
        bidCount
        opensAt
        closesAt
        softCloseSeconds
        rights { media territories industry startsOn endsOn exclusivity }
        twin { id handle name previewUrls model { id handle name } }
        bids(first: 20) {
          nodes {
            id
            status
            leading
            amount { amount currency }
            maximum { amount currency }
            intendedUse
            createdAt
            brand { id }
            licence { id number status }
          }
        }
      }
    }
  }
`);

const AuctionActivityDocument = graphql(`
  subscription AuctionActivity($listingId: ID!, $after: String) {
    listingActivity(listingId: $listingId, after: $after) {
      cursor
      kind
      at
      listing { id status closesAt reserveMet bidCount currentPrice { amount currency } minimumBid { amount currency } }
    }
  }
`);

export type AuctionListing = Extract<NonNullable<AuctionQuery["node"]>, { __typename?: "Listing" }>;
export type OwnBid = AuctionListing["bids"]["nodes"][number];

export function Auction() {
  const { listing: id = "" } = useParams();
  const [query, retry] = useQuery({ query: AuctionDocument, variables: { id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  const problem = useLive(AuctionActivityDocument, { listingId: id }, { onEvent: refetch, onReturn: refetch, pause: query.data?.node?.__typename !== "Listing" });
  return (
    <Ready query={query} retry={refetch} rows={5}>
      {({ node }) => (node?.__typename === "Listing" ? <Loaded listing={node} refetch={refetch} problem={problem} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ listing, refetch, problem }: { listing: AuctionListing; refetch: () => void; problem: string | null }) {
  const t = useBrands();
  const party = useParty();
  const brand = useBrand();
  const { twin } = listing;
  const own = listing.bids.nodes.filter((bid) => bid.brand.id === party.id);
  const live = own.find((bid) => bid.status === "PENDING") ?? own[0];
  const open = listing.status === "OPEN";
  return (
    <Page title={t("auction.title", { name: twin.name })} lead={t(`auction.lead.${listing.format}`)} actions={<><StatusBadge of="listing" is={listing.status} />{open && <LiveState />}</>}>
      {problem && <p className={brands.notice} role="status"><Icon name="warning" /><span>{t("auction.notLive")}</span><Button variant="default" onClick={refetch}>{t("auction.refresh")}</Button></p>}
      <div className={css.auction}>
        <div className={css.stage}>
          <Price listing={listing} />
          {listing.status === "SCHEDULED" ? <Countdown until={listing.opensAt} onOver={refetch} /> : <Countdown until={listing.closesAt} onOver={refetch} />}
          <Standing listing={listing} bid={live} />
          {open ? <BidForm key={listing.id} listing={listing} own={live} canPay={brand?.canPay ?? true} onPlaced={refetch} /> : <p className={css.over}>{t(`auction.${listing.status as "SCHEDULED" | "CLOSED" | "AWARDED" | "WITHDRAWN"}`, { moment: formatMoment(listing.opensAt) })}</p>}
        </div>
        <aside>
          <Link to={pathOf(party, `twins/${twin.handle}`)} className={css.twinCard}><Portrait twin={twin} decorative size={84} /><span><strong>{twin.name}</strong><small>{twin.model.name}</small></span></Link>
          <Section title={t("auction.rights")}><RightsSummary rights={listing.rights} /></Section>
          <Section title={t("auction.how")}>
            <ul className={css.rules}>
              {listing.format === "OPEN" ? (
                <>
                  <li>{t("auction.rule.maximum")}</li>
                  <li>{t("auction.rule.soft", { count: Math.round(listing.softCloseSeconds / 60) || 1 })}</li>
                  <li>{t("auction.rule.secret")}</li>
                </>
              ) : (
                <>
                  <li>{t("auction.rule.sealed")}</li>
                  <li>{t("auction.rule.replaces")}</li>
                </>
              )}
              <li>{t("auction.rule.signs", { name: twin.model.name.split(" ")[0] ?? twin.model.name })}</li>
            </ul>
          </Section>
        </aside>
      </div>
    </Page>
  );
}

function Price({ listing }: { listing: AuctionListing }) {
  const t = useBrands();
  if (listing.format === "SEALED") {
    return <div className={css.now}><small>{t("auction.from")}</small><output className={css.big}>{formatMoney(listing.startingPrice)}</output><Text size="sm" c="dimmed">{t("auction.sealed")}</Text></div>;
  }
  return (
    <div className={css.now}>
      <small>{t(listing.currentPrice ? "auction.price" : "auction.from")}</small>
      <output className={css.big} data-testid="current-price" aria-live="polite">{formatMoney(listing.currentPrice ?? listing.startingPrice)}</output>
      <Text size="sm" c="dimmed">{t("auction.bids", { count: listing.bidCount })} · {t(listing.reserveMet ? "auction.reserveMet" : "auction.reserveNotMet")}</Text>
    </div>
  );
}

function Standing({ listing, bid }: { listing: AuctionListing; bid: OwnBid | undefined }) {
  const t = useBrands();
  const party = useParty();
  if (!bid) return <p className={css.standing} data-tone="idle" data-testid="standing">{t(listing.status === "OPEN" ? "standing.none" : "standing.noneOver")}</p>;
  if (bid.status !== "PENDING") {
    return (
      <p className={css.standing} data-tone={bid.status === "ACCEPTED" ? "good" : "idle"} data-testid="standing">
        <StatusBadge of="bid" is={bid.status} />
        {bid.licence && <Link to={pathOf(party, `licences/${bid.licence.number}`)}>{bid.licence.number}</Link>}
      </p>
    );
  }
  if (listing.format === "SEALED") return <p className={css.standing} data-tone="info" data-testid="standing">{t("standing.sealed", { price: formatMoney(bid.amount) })}</p>;
  const maximum = bid.maximum ? t("standing.maximum", { price: formatMoney(bid.maximum) }) : "";
  return (
    <p className={css.standing} data-tone={bid.leading ? "good" : "bad"} data-testid="standing" role="status">
      <strong><Icon name={bid.leading ? "check" : "warning"} size={18} />{t(bid.leading ? "standing.leading" : "standing.outbid")}</strong>
      <span>{maximum}</span>
    </p>
  );
}

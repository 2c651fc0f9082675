/** What the agency has put on offer of its models' twins. */
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { RightsLine } from "../shared/components/RightsSummary";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const ListingsDocument = graphql(`
  query AgencyListings($id: ID!) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        roster(first: 50) {
          nodes {
            id
            twins(first: 10) {
              nodes {
                id
                name
                listings(first: 5) {
                  nodes {
                    id
                    format
                    status
                    closesAt
                    opensAt
                    bidCount
                    startingPrice { amount currency }
                    currentPrice { amount currency }
                    rights { media territories industry startsOn endsOn exclusivity }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`);

const ORDER = ["OPEN", "CLOSED", "SCHEDULED", "AWARDED", "WITHDRAWN"];

export function Listings() {
  const t = useAgencies();
  const party = useParty();
  const [query, retry] = useQuery({ query: ListingsDocument, variables: { id: party.id } });
  const make = <Button component={Link} to={pathOf(party, "listings/new")}>{t("listing.new")}</Button>;
  return (
    <Page title={t("listings.title")} lead={t("listings.lead")} actions={make}>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })}>
        {({ node }) => {
          if (node?.__typename !== "Agency") return <NotFound />;
          const rows = node.roster.nodes.flatMap((model) => model.twins.nodes).flatMap((twin) => twin.listings.nodes.map((listing) => ({ ...listing, twin })));
          rows.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.closesAt.localeCompare(b.closesAt));
          if (rows.length === 0) return <Empty icon="listings" title={t("listings.empty")} hint={t("listings.empty.hint")} action={make} />;
          return (
            <ul className={css.list}>
              {rows.map((listing) => (
                <li key={listing.id}>
                  <Link className={css.row} to={pathOf(party, `listings/${listing.id}`)}>
                    <span>
                      <strong>{listing.twin.name}</strong>
                      <small><RightsLine rights={listing.rights} /></small>
                      <small>{t(`format.${listing.format}`)} · {t(listing.status === "SCHEDULED" ? "listing.opens" : "listing.closes", { when: formatMoment(listing.status === "SCHEDULED" ? listing.opensAt : listing.closesAt) })}</small>
                    </span>
                    <span className={css.end}>
                      <span className={css.figure}><strong>{formatMoney(listing.currentPrice ?? listing.startingPrice)}</strong><small>{t("listing.bids", { count: listing.bidCount })}</small></span>
                      <StatusBadge of="listing" is={listing.status} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
    </Page>
  );
}

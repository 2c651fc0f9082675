/** What is on offer now: auctions that are open or about to be. */
import { NativeSelect } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { graphql } from "../gql";
import type { ListingFormat } from "../gql/graphql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment, formatRelative } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { serverNow } from "./clock";
import { useRightsWords } from "./RightsWords";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const OnOfferDocument = graphql(`
  query OnOffer($filter: ListingFilter!, $first: Int!, $after: String) {
    listings(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        format
        status
        opensAt
        closesAt
        startingPrice { amount currency }
        currentPrice { amount currency }
        rights { media territories industry startsOn endsOn exclusivity }
        twin { id handle name previewUrls model { id handle name } }
      }
    }
  }
`);

export function Listings() {
  const t = useBrands();
  const party = useParty();
  const words = useRightsWords();
  const [params, setParams] = useSearchParams();
  const asked = params.get("format");
  const format: ListingFormat | null = asked === "OPEN" || asked === "SEALED" ? asked : null;
  const list = useConnectionList(OnOfferDocument, { filter: { status: ["OPEN", "SCHEDULED"], ...(format ? { format } : {}) } }, (data) => data.listings);
  return (
    <Page title={t("listings.title")} lead={t("listings.lead")} actions={<NativeSelect aria-label={t("listings.format")} value={format ?? ""} onChange={(event) => setParams(event.currentTarget.value ? { format: event.currentTarget.value } : {}, { replace: true })} data={[{ value: "", label: t("listings.all") }, { value: "OPEN", label: t("format.OPEN") }, { value: "SEALED", label: t("format.SEALED") }]} />}>
      <ConnectionList list={list} className={css.cards} empty={<Empty icon="listings" title={t("listings.empty")} hint={t("listings.empty.hint")} />}>
        {(listing) => (
          <Link to={pathOf(party, `listings/${listing.id}`)} className={css.card}>
            <Portrait twin={listing.twin} decorative size={56} />
            <span><strong>{listing.twin.name}</strong><small>{words.line(listing.rights)}</small><small>{t(`format.${listing.format}`)} · <time dateTime={listing.closesAt} title={formatMoment(listing.closesAt)}>{listing.status === "OPEN" ? t("listing.closes", { moment: formatRelative(listing.closesAt, serverNow()) }) : t("listing.opens", { moment: formatRelative(listing.opensAt, serverNow()) })}</time></small></span>
            <span className={css.cardEnd}><b>{formatMoney(listing.currentPrice ?? listing.startingPrice)}</b><StatusBadge of="listing" is={listing.status} /></span>
          </Link>
        )}
      </ConnectionList>
    </Page>
  );
}

/** The brand's own bids by how they stand: a counter-offer to answer first. */
import { Button, Text } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { graphql } from "../gql";
import type { BidStatus, BrandBidsQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { useLive } from "../shared/api/useLive";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { useSure } from "../shared/components/useSure";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { RightsSummary } from "../shared/components/RightsSummary";
import { formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useOnCounter } from "./counters";
import { BrandLicenceActivityDocument } from "./Licences";
import { useRightsWords } from "./RightsWords";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const BidsDocument = graphql(`
  query BrandBids($id: ID!, $status: [BidStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        bids(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            status
            leading
            amount { amount currency }
            maximum { amount currency }
            counterAmount { amount currency }
            intendedUse
            createdAt
            expiresAt
            rights { media territories industry startsOn endsOn exclusivity }
            twin { id handle name previewUrls model { id handle name } }
            listing { id format status closesAt currentPrice { amount currency } }
            licence { id number }
          }
        }
      }
    }
  }
`);

const AcceptCounterDocument = graphql(`
  mutation AcceptCounter($input: AcceptCounterInput!) {
    acceptCounter(input: $input) {
      __typename
      ... on CounterAccepted { bid { id status amount { amount currency } counterAmount { amount currency } } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on PaymentProblem { code message path nextActionUrl }
    }
  }
`);

const WithdrawBidDocument = graphql(`
  mutation WithdrawBid($input: WithdrawBidInput!) {
    withdrawBid(input: $input) {
      __typename
      ... on BidWithdrawn { bid { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const GROUPS = { waiting: ["COUNTERED", "PENDING"], won: ["ACCEPTED"], over: ["DECLINED", "LOST", "EXPIRED", "WITHDRAWN"] } as const satisfies Record<string, BidStatus[]>;
type Group = keyof typeof GROUPS;
type Bid = Extract<NonNullable<BrandBidsQuery["node"]>, { __typename?: "Brand" }>["bids"]["nodes"][number];

export function Bids() {
  const t = useBrands();
  const party = useParty();
  const [params, setParams] = useSearchParams();
  const asked = params.get("show");
  const group: Group = asked !== null && asked in GROUPS ? (asked as Group) : "waiting";
  const list = useConnectionList(BidsDocument, { id: party.id, status: [...GROUPS[group]] }, (data) => (data.node?.__typename === "Brand" ? data.node.bids : null));
  const refetch = () => void list.refetch();
  useOnCounter(refetch);
  useLive(BrandLicenceActivityDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Page title={t("bids.title")} lead={t("bids.lead")}>
      <div className={css.segments} role="group" aria-label={t("bids.show")}>
        {(Object.keys(GROUPS) as Group[]).map((each) => <button key={each} type="button" aria-pressed={each === group} onClick={() => setParams(each === "waiting" ? {} : { show: each }, { replace: true })}>{t(`bids.${each}`)}</button>)}
      </div>
      <ConnectionList list={list} className={css.cards} empty={<Empty icon="bids" title={t(`bids.empty.${group}`)} hint={t("bids.empty.hint")} action={<Button component={Link} to={pathOf(party, "catalogue")}>{t("bids.find")}</Button>} />}>
        {(bid) => <Row bid={bid} onChanged={refetch} />}
      </ConnectionList>
    </Page>
  );
}

function Row({ bid, onChanged }: { bid: Bid; onChanged: () => void }) {
  const t = useBrands();
  const party = useParty();
  const words = useRightsWords();
  const [accept, accepting] = useAction(AcceptCounterDocument, "CounterAccepted");
  const [withdraw, withdrawing] = useAction(WithdrawBidDocument, "BidWithdrawn");
  const [sure, question] = useSure();
  const live = bid.status === "PENDING" || bid.status === "COUNTERED";
  async function take() {
    const outcome = await accept({ input: { bidId: bid.id } });
    if (outcome.ok) notify.good(t("bids.counterAccepted"), t("bids.counterAccepted.hint", { name: bid.twin.model.name }));
    onChanged();
  }
  async function back() {
    if (!(await sure({ title: t("bids.withdraw.title", { twin: bid.twin.name }), text: t("bids.withdraw.sure"), yes: t("bids.withdraw") }))) return;
    const outcome = await withdraw({ input: { bidId: bid.id } });
    if (outcome.ok) notify.good(t("bids.withdrawn"));
    onChanged();
  }
  return (
    <article className={css.bid} data-needs={bid.status === "COUNTERED" || undefined}>
      <Portrait twin={bid.twin} decorative size={64} />
      <div className={css.bidText}>
        <p><Link to={pathOf(party, `twins/${bid.twin.handle}`)}><strong>{bid.twin.name}</strong></Link><StatusBadge of="bid" is={bid.status} /></p>
        <p>{words.line(bid.rights)}</p>
        <p className={css.dim}>
          {bid.listing ? t("bids.onListing", { format: t(`format.${bid.listing.format}`) }) : t("bids.offer")}
          {live && bid.expiresAt && <> · {t("bids.until", { moment: formatMoment(bid.expiresAt) })}</>}
          {live && bid.listing?.format === "OPEN" && bid.listing.status === "OPEN" && <> · <b>{t(bid.leading ? "standing.leading" : "standing.outbid")}</b></>}
        </p>
        <details className={css.lines}><summary>{t("bids.details")}</summary><RightsSummary rights={bid.rights} /><Text size="sm"><b>{t("offer.use")}:</b> {bid.intendedUse}</Text></details>
      </div>
      <div className={css.bidEnd}>
        <b className={css.amount}>{formatMoney(bid.amount)}</b>
        {bid.status === "COUNTERED" && bid.counterAmount && <span>{t("bids.countered", { price: formatMoney(bid.counterAmount) })}</span>}
        <div className={css.buttons}>
          {bid.status === "COUNTERED" && bid.counterAmount && <Button loading={accepting} onClick={() => void take()}>{t("bids.acceptCounter", { price: formatMoney(bid.counterAmount) })}</Button>}
          {bid.listing && live && <Button component={Link} to={pathOf(party, `listings/${bid.listing.id}`)} variant="default">{t("bids.toAuction")}</Button>}
          {bid.licence && <Button component={Link} to={pathOf(party, `licences/${bid.licence.number}`)} variant="default">{t("bids.toLicence")}</Button>}
          {live && !(bid.listing && bid.leading) && <Button variant="default" loading={withdrawing} onClick={() => void back()}>{t("bids.withdraw")}</Button>}
        </div>
      </div>
      {question}
    </article>
  );
}

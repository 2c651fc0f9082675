/** What one's parts of licences came to, what reached the bank, and how one is paid; it moves by itself. */
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { CrewMoneyQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { PayeeSetup } from "../shared/components/PayeeSetup";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatBasisPoints, formatDay, formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { useParty } from "../shared/session";
import { useContributors } from "./texts";
import css from "./contributors.module.css";

const MoneyDocument = graphql(`
  query CrewMoney($id: ID!) {
    node(id: $id) {
      __typename
      ... on Contributor {
        id
        payee {
          status
          requirements
          balances { currency transferred { amount currency } paidOut { amount currency } pending { amount currency } }
          shares(first: 30) { totalCount nodes { id status holdReason licenceNumber basisPoints amount { amount currency } } }
          payouts(first: 30) { totalCount nodes { id status amount { amount currency } arrivesOn failureMessage createdAt } }
        }
      }
    }
  }
`);

const MovesDocument = graphql(`
  subscription CrewMoneyMoves($partyId: ID!, $after: String) {
    payoutActivity(partyId: $partyId, after: $after) { cursor kind }
  }
`);

type Payee = NonNullable<Extract<NonNullable<CrewMoneyQuery["node"]>, { __typename?: "Contributor" }>["payee"]>;

export function Money() {
  const t = useContributors();
  const party = useParty();
  const [query, retry] = useQuery({ query: MoneyDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(MovesDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Page title={t("money.title")} lead={t("money.lead")} actions={<LiveState />} narrow>
      <Ready query={query} retry={refetch}>
        {({ node }) => (node?.__typename === "Contributor" && node.payee ? <Loaded payee={node.payee} /> : <NotFound />)}
      </Ready>
    </Page>
  );
}

function Loaded({ payee }: { payee: Payee }) {
  const t = useContributors();
  return (
    <>
      <PayeeSetup payee={payee} />
      {payee.balances.length > 0 && (
        <dl className={css.sums}>
          {payee.balances.flatMap((balance) => [
            <div key={`${balance.currency}-sent`}><dt>{t("money.sent")}</dt><dd>{formatMoney(balance.transferred, { exact: true })}</dd></div>,
            <div key={`${balance.currency}-paid`}><dt>{t("money.paid")}</dt><dd>{formatMoney(balance.paidOut, { exact: true })}</dd></div>,
            <div key={`${balance.currency}-wait`}><dt>{t("money.waiting")}</dt><dd>{formatMoney(balance.pending, { exact: true })}</dd></div>,
          ])}
        </dl>
      )}
      <Section title={t("money.shares")}>
        {payee.shares.nodes.length === 0 ? <Empty icon="earnings" title={t("money.shares.empty")} hint={t("money.shares.empty.hint")} /> : (
          <ul className={css.list}>
            {payee.shares.nodes.map((share) => (
              <li key={share.id} className={css.row}>
                <span><strong>{share.licenceNumber}</strong><small>{t("work.part", { part: formatBasisPoints(share.basisPoints) })}</small>{share.holdReason && <small>{share.holdReason}</small>}</span>
                <span className={css.end}><strong>{formatMoney(share.amount, { exact: true })}</strong><StatusBadge of="share" is={share.status} /></span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {payee.payouts.nodes.length > 0 && (
        <Section title={t("money.payouts")}>
          <ul className={css.list}>
            {payee.payouts.nodes.map((payout) => (
              <li key={payout.id} className={css.row}>
                <span><strong>{formatMoment(payout.createdAt)}</strong>{payout.arrivesOn && <small>{t("money.arrives", { day: formatDay(payout.arrivesOn) })}</small>}{payout.failureMessage && <small>{payout.failureMessage}</small>}</span>
                <span className={css.end}><strong>{formatMoney(payout.amount, { exact: true })}</strong><StatusBadge of="payout" is={payout.status} /></span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** What she earned, where it is, and what is on its way to her bank; it moves by itself. */
import { Anchor, Text } from "@mantine/core";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelEarningsQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { Bars } from "../shared/components/Bars";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { PayeeSetup } from "../shared/components/PayeeSetup";
import { StatusBadge } from "../shared/components/StatusBadge";
import { addDays, formatDay, formatMonth, today } from "../shared/dates";
import { formatMoney, fromMinor, toMinor, type Money } from "../shared/money";
import { useParty } from "../shared/session";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const EarningsDocument = graphql(`
  query ModelEarnings($id: ID!, $from: Date!, $to: Date!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        payee {
          status
          requirements
          balances {
            currency
            pending { amount currency }
            transferred { amount currency }
            paidOut { amount currency }
            owed { amount currency }
          }
          earnings(from: $from, to: $to) { month amount { amount currency } licences }
          payouts(first: 12) { totalCount nodes { id status amount { amount currency } arrivesOn failureMessage createdAt } }
          shares(first: 12) { totalCount nodes { id status holdReason licenceNumber amount { amount currency } } }
          statements(first: 12) {
            nodes {
              month
              currency
              earned { amount currency }
              paidOut { amount currency }
              closing { amount currency }
              csvUrl
            }
          }
        }
      }
    }
  }
`);

const MoneyMovesDocument = graphql(`
  subscription ModelMoneyMoves($partyId: ID!, $after: String) {
    payoutActivity(partyId: $partyId, after: $after) { cursor kind }
  }
`);

type Payee = NonNullable<Extract<NonNullable<ModelEarningsQuery["node"]>, { __typename?: "Model" }>["payee"]>;

const MONTHS = 12;

/** The first of the month `count` months before the one of `day`. */
function monthsBefore(day: string, count: number): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  const months = year * 12 + month - 1 - count;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}-01`;
}

export function Earnings() {
  const party = useParty();
  const to = today();
  const [query, retry] = useQuery({ query: EarningsDocument, variables: { id: party.id, from: monthsBefore(to, MONTHS - 1), to: addDays(to, 1) }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(MoneyMovesDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Ready query={query} retry={refetch}>
      {({ node }) => (node?.__typename === "Model" && node.payee ? <Loaded payee={node.payee} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ payee }: { payee: Payee }) {
  const t = useModels();
  return (
    <Page title={t("earnings.title")} lead={t("earnings.lead")} actions={<LiveState />} narrow>
      <PayeeSetup payee={payee} />
      {payee.balances.map((balance) => (
        <section key={balance.currency} aria-label={balance.currency}>
          <dl className={css.figures}>
            {(["pending", "transferred", "paidOut", "owed"] as const).filter((each) => each !== "owed" || toMinor(balance.owed) > 0n).map((each) => (
              <div key={each}><dt>{t(`earnings.${each}`)}</dt><dd>{formatMoney(balance[each])}</dd></div>
            ))}
          </dl>
        </section>
      ))}
      {payee.balances.length === 0 && <Section title={t("earnings.byMonth")}><Empty icon="earnings" title={t("earnings.none")} hint={t("earnings.none.hint")} /></Section>}
      {byCurrency(payee.earnings).map(({ currency, months }) => (
        <Section key={currency} title={t("earnings.byMonth")}>
          <div className={`${css.card} ${css.plain}`}>
            <Bars title={currency} bars={months.map(({ month, amount }) => ({ label: formatDay(month, { month: "short" }), value: Number(toMinor(amount)), shown: formatMoney(amount) }))} />
          </div>
        </Section>
      ))}
      {payee.payouts.nodes.length > 0 && (
        <Section title={t("earnings.payouts")}>
          <ul className={css.moves}>
            {payee.payouts.nodes.map((payout) => (
              <li key={payout.id}>
                <span><StatusBadge of="payout" is={payout.status} />{payout.failureMessage && <Text size="sm" c="var(--mantine-color-error)">{payout.failureMessage}</Text>}{payout.arrivesOn && payout.status !== "FAILED" && <Text size="sm" c="dimmed">{t("earnings.arrives", { day: formatDay(payout.arrivesOn) })}</Text>}</span>
                <strong>{formatMoney(payout.amount, { exact: true })}</strong>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {payee.shares.nodes.length > 0 && (
        <Section title={t("earnings.shares")}>
          <ul className={css.moves}>
            {payee.shares.nodes.map((share) => (
              <li key={share.id}>
                <span>{share.licenceNumber}<StatusBadge of="share" is={share.status} />{share.holdReason && <Text size="sm" c="dimmed">{share.holdReason}</Text>}</span>
                <strong>{formatMoney(share.amount, { exact: true })}</strong>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {payee.statements.nodes.length > 0 && (
        <Section title={t("earnings.statements")}>
          <ul className={css.moves}>
            {payee.statements.nodes.map((statement) => (
              <li key={`${statement.month} ${statement.currency}`}>
                <span>{formatMonth(statement.month)}<Text size="sm" c="dimmed">{t("earnings.statement", { earned: formatMoney(statement.earned), paid: formatMoney(statement.paidOut) })}</Text></span>
                <Anchor href={statement.csvUrl} download>CSV</Anchor>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}

/** The last twelve months of each currency, empty ones too. */
function byCurrency(earnings: Payee["earnings"]): { currency: string; months: { month: string; amount: Money }[] }[] {
  const currencies = [...new Set(earnings.map((earning) => earning.amount.currency))];
  return currencies.map((currency) => ({
    currency,
    months: Array.from({ length: MONTHS }, (_, place) => {
      const month = monthsBefore(today(), MONTHS - 1 - place);
      const found = earnings.filter((earning) => earning.amount.currency === currency && earning.month.slice(0, 7) === month.slice(0, 7));
      return { month, amount: fromMinor(found.reduce((total, earning) => total + toMinor(earning.amount), 0n), currency) };
    }),
  }));
}

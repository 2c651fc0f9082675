/** Every month's sums, which open into the lines that they are made of; what each model earned; how the agency is paid. */
import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { AgencyStatementsQuery, StatementRowFragment } from "../gql/graphql";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { PayeeSetup } from "../shared/components/PayeeSetup";
import { addDays, formatBasisPoints, formatMoment, formatMonth, today } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { useParty } from "../shared/session";
import { EarningsCharts } from "./EarningsCharts";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const StatementsDocument = graphql(`
  query AgencyStatements($id: ID!, $from: Date!, $to: Date!) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        payee {
          status
          requirements
          earnings(from: $from, to: $to) { month amount { amount currency } licences model { id name } }
          statements(first: 12) {
            totalCount
            nodes {
              month
              currency
              opening { amount currency }
              earned { amount currency }
              reversed { amount currency }
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

const MonthDocument = graphql(`
  query AgencyMonth($id: ID!, $months: Int!, $first: Int!) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        payee {
          statements(first: $months) {
            nodes {
              month
              currency
              lines(first: $first) { totalCount nodes { ...StatementRow } }
              modelLines(first: $first) { totalCount nodes { ...StatementRow } }
            }
          }
        }
      }
    }
  }
`);

graphql(`
  fragment StatementRow on StatementLine {
    id
    at
    kind
    amount { amount currency }
    licenceNumber
    modelName
    brandName
    basisPoints
    reason
  }
`);

type Payee = NonNullable<Extract<NonNullable<AgencyStatementsQuery["node"]>, { __typename?: "Agency" }>["payee"]>;
type Statement = Payee["statements"]["nodes"][number];

const yearBefore = () => `${addDays(today(), -334).slice(0, 7)}-01`;

export function Statements() {
  const t = useAgencies();
  const party = useParty();
  const [variables] = useState(() => ({ id: party.id, from: yearBefore(), to: today() }));
  const [query, retry] = useQuery({ query: StatementsDocument, variables });
  return (
    <Page title={t("statements.title")} lead={t("statements.lead")}>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
        {({ node }) => (node?.__typename === "Agency" && node.payee ? <Loaded payee={node.payee} /> : <NotFound />)}
      </Ready>
    </Page>
  );
}

function Loaded({ payee }: { payee: Payee }) {
  const t = useAgencies();
  return (
    <>
      {payee.status !== "READY" && <PayeeSetup payee={payee} />}
      <EarningsCharts earnings={payee.earnings} />
      <Section title={t("statements.months")}>
        {payee.statements.nodes.length === 0 ? <Empty icon="statement" title={t("statements.empty")} hint={t("statements.empty.hint")} /> : (
          <div className={css.list}>{payee.statements.nodes.map((each, place) => <Month key={each.month + each.currency} statement={each} place={place} />)}</div>
        )}
      </Section>
      {payee.status === "READY" && <PayeeSetup payee={payee} />}
    </>
  );
}

function Month({ statement, place }: { statement: Statement; place: number }) {
  const t = useAgencies();
  const [open, setOpen] = useState(false);
  const csv = new URL(statement.csvUrl).pathname;
  const parts = ["opening", "earned", "reversed", "paidOut", "closing"] as const;
  const minus = { opening: "", earned: "", reversed: "−", paidOut: "−", closing: "" } as const;
  return (
    <details className={css.statement} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><span>{formatMonth(statement.month)}, {statement.currency}</span><span className={css.figure}>{t("statement.sum", { amount: formatMoney(statement.earned, { exact: true }) })}</span></summary>
      <div>
        <dl className={css.equation}>
          {parts.map((part) => <div key={part}><dt>{t(`statement.${part}`)}</dt><dd>{Number(statement[part].amount) ? minus[part] : ""}{formatMoney(statement[part], { exact: true })}</dd></div>)}
        </dl>
        {open && <Lines statement={statement} place={place} />}
        <div className={css.buttons}>
          <Button component="a" variant="default" href={csv} download>{t("statement.csv")}</Button>
          <Button component="a" variant="default" href={`${csv}?of=models`} download>{t("statement.csv.models")}</Button>
        </div>
      </div>
    </details>
  );
}

const LINES = 100;

function Lines({ statement, place }: { statement: Statement; place: number }) {
  const t = useAgencies();
  const party = useParty();
  const [query, retry] = useQuery({ query: MonthDocument, variables: { id: party.id, first: LINES, months: place + 1 } });
  return (
    <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={2}>
      {({ node }) => {
        const found = node?.__typename === "Agency" ? node.payee?.statements.nodes.find((each) => each.month === statement.month && each.currency === statement.currency) : undefined;
        if (!found) return <NotFound />;
        return (
          <>
            <LineTable title={t("statement.lines")} lines={found.lines} csv={statement.csvUrl} />
            {found.modelLines.totalCount > 0 && <LineTable title={t("statement.modelLines")} lines={found.modelLines} csv={`${statement.csvUrl}?of=models`} />}
          </>
        );
      }}
    </Ready>
  );
}

function LineTable({ title, lines, csv }: { title: string; lines: { totalCount: number; nodes: StatementRowFragment[] }; csv: string }) {
  const t = useAgencies();
  return (
    <Section title={title}>
      <table className={css.table} aria-label={title}>
        <thead>
          <tr><th scope="col">{t("payouts.when")}</th><th scope="col">{t("payouts.whose")}</th><th scope="col">{t("payouts.what")}</th><th scope="col">{t("payouts.state")}</th><th scope="col">{t("payouts.amount")}</th></tr>
        </thead>
        <tbody>
          {lines.nodes.map((line) => (
            <tr key={line.id}>
              <td className={css.when}>{formatMoment(line.at)}</td>
              <th scope="row">{line.modelName ?? t("statement.bank")}</th>
              <td className={css.what}>{[line.brandName, line.licenceNumber].filter(Boolean).join(", ")}{line.reason && <small>{line.reason}</small>}</td>
              <td className={css.state}>{t(`line.${line.kind}`)}{line.basisPoints != null && <small>{formatBasisPoints(line.basisPoints)}</small>}</td>
              <td className={css.amount}>{formatMoney(line.amount, { exact: true })}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.totalCount > lines.nodes.length && <p className={css.note}>{t("statement.more", { shown: lines.nodes.length, total: lines.totalCount })} <Anchor href={new URL(csv).pathname + new URL(csv).search} underline="always" download>{t("statement.csv")}</Anchor></p>}
    </Section>
  );
}

/** Money as it arrives: the agency's and its models', kept up to date as long as the page is open. */
import { Button, NativeSelect } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { AgencyMoneyQuery, MoneyMovesSubscription } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { Empty, Failed, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment, formatMonth } from "../shared/dates";
import { formatMoney, isNothing } from "../shared/money";
import { useParty } from "../shared/session";
import { useShared } from "../shared/texts";
import { needsSomebody, together, totals, type Row } from "./money";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const MoneyDocument = graphql(`
  query AgencyMoney($id: ID!) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        roster(first: 100) { nodes { id name } }
        payouts(first: 100) {
          totalCount
          nodes { id amount { amount currency } status failureMessage createdAt party { id name } }
        }
        licences(first: 50) {
          totalCount
          nodes {
            id
            number
            twin { id model { id name } }
            payment {
              id
              createdAt
              shares { id role amount { amount currency } status holdReason licenceNumber party { id name } }
            }
          }
        }
        payee { status statements(first: 2) { nodes { month currency csvUrl } } }
      }
    }
  }
`);

const MovesDocument = graphql(`
  subscription MoneyMoves($partyId: ID!, $after: String) {
    payoutActivity(partyId: $partyId, after: $after) {
      cursor
      at
      kind
      share {
        id
        role
        amount { amount currency }
        status
        holdReason
        licenceNumber
        party { id name }
        payment { id createdAt licence { id number twin { id model { id name } } } }
      }
      payout { id amount { amount currency } status failureMessage createdAt party { id name } }
    }
  }
`);

type Agency = Extract<NonNullable<AgencyMoneyQuery["node"]>, { __typename?: "Agency" }>;
type Move = MoneyMovesSubscription["payoutActivity"];
type Share = NonNullable<Move["share"]>;
type Payout = NonNullable<Move["payout"]>;

const ofShare = (share: Omit<Share, "payment">, at: string, about: string): Row =>
  ({ id: share.id, kind: "share", party: share.party ?? null, about, amount: share.amount, status: share.status, at, licence: share.licenceNumber, reason: share.holdReason ?? null });
const ofPayout = (payout: Payout): Row =>
  ({ id: payout.id, kind: "payout", party: payout.party, about: payout.party.id, amount: payout.amount, status: payout.status, at: payout.createdAt, licence: null, reason: payout.failureMessage ?? null });

/** Of a licence the agency's part and the model's: what is the platform's or the crew's is not theirs. */
const isTheirs = (share: { role: string; party?: { id: string } | null }, agencyId: string) => share.role === "MODEL" || (share.role === "AGENCY" && share.party?.id === agencyId);

const rowsOf = (agency: Agency): Row[] => [
  ...agency.payouts.nodes.map(ofPayout),
  ...agency.licences.nodes.flatMap((licence) =>
    licence.payment.shares.filter((share) => isTheirs(share, agency.id)).map((share) => ofShare(share, licence.payment.createdAt, licence.twin.model.id))),
];

const SOON = 800;

export function Payouts() {
  const party = useParty();
  const [query, retry] = useQuery({ query: MoneyDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  const [told, setTold] = useState<Row[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined);
  const problem = useLive(MovesDocument, { partyId: party.id }, {
    onEvent({ share, payout }) {
      const row = share ? ofShare(share, share.payment.createdAt, share.payment.licence.twin.model.id) : payout ? ofPayout(payout) : null;
      if (row && (row.kind === "payout" || (share && isTheirs(share, party.id)))) {
        setTold((rows) => [...rows.filter((each) => each.id !== row.id), row]);
        setFresh((ids) => new Set(ids).add(row.id));
      }
      clearTimeout(soon.current);
      soon.current = setTimeout(refetch, SOON);
    },
    onReturn: refetch,
  });
  return (
    <Ready query={query} retry={refetch} rows={6}>
      {({ node }) => (node?.__typename === "Agency" ? <Table agency={node} told={told} fresh={fresh} problem={problem} /> : <NotFound />)}
    </Ready>
  );
}

function Table({ agency, told, fresh, problem }: { agency: Agency; told: Row[]; fresh: ReadonlySet<string>; problem: string | null }) {
  const t = useAgencies();
  const [model, setModel] = useState("");
  const all = useMemo(() => together(rowsOf(agency), told), [agency, told]);
  const rows = model ? all.filter((row) => row.about === model) : all;
  const [bad, good] = [rows.filter(needsSomebody), rows.filter((row) => !needsSomebody(row))];
  return (
    <Page title={t("payouts.title")} lead={t("payouts.lead")} actions={<LiveState />}>
      {problem && <Failed error={problem} />}
      <div className={css.tools}>
        <NativeSelect label={t("payouts.model")} value={model} onChange={(event) => setModel(event.currentTarget.value)}
          data={[{ value: "", label: t("payouts.everybody") }, ...agency.roster.nodes.map(({ id, name }) => ({ value: id, label: name }))]} />
        <div className={css.toolsEnd}>
          {agency.payee?.statements.nodes.map(({ month, currency, csvUrl }) => (
            <Button key={month + currency} component="a" variant="default" href={new URL(csvUrl).pathname} download>{t("payouts.csv", { month: formatMonth(month), currency })}</Button>
          ))}
        </div>
      </div>
      {rows.length === 0 ? <Empty icon="payouts" title={t("payouts.empty")} hint={t("payouts.empty.hint")} /> : (
        <>
          <Sums rows={rows} />
          {bad.length > 0 && <Section title={t("payouts.failed", { count: bad.length })}><Rows rows={bad} fresh={fresh} caption={t("payouts.failed", { count: bad.length })} /></Section>}
          {good.length > 0 && <Section title={t("payouts.moves")}><Rows rows={good} fresh={fresh} caption={t("payouts.moves")} /></Section>}
        </>
      )}
    </Page>
  );
}

function Sums({ rows }: { rows: Row[] }) {
  const t = useAgencies();
  return (
    <dl className={css.sums} data-testid="sums">
      {totals(rows).flatMap(({ currency, earned, paidOut, failed }) => [
        <div key={`${currency}-earned`}><dt>{t("payouts.sum.earned", { currency })}</dt><dd>{formatMoney(earned, { exact: true })}</dd></div>,
        <div key={`${currency}-paid`}><dt>{t("payouts.sum.paid", { currency })}</dt><dd>{formatMoney(paidOut, { exact: true })}</dd></div>,
        ...(isNothing(failed) ? [] : [<div key={`${currency}-failed`}><dt>{t("payouts.sum.failed", { currency })}</dt><dd>{formatMoney(failed, { exact: true })}</dd></div>]),
      ])}
    </dl>
  );
}

function Rows({ rows, fresh, caption }: { rows: Row[]; fresh: ReadonlySet<string>; caption: string }) {
  const t = useAgencies();
  const shared = useShared();
  const why = (row: Row) => row.reason ?? (row.status === "HELD" ? t("payouts.held") : row.status === "OWED" ? t("payouts.owed") : row.status === "FAILED" ? t("payouts.noReason") : null);
  return (
    <table className={css.table} aria-label={caption}>
      <thead>
        <tr><th scope="col">{t("payouts.when")}</th><th scope="col">{t("payouts.whose")}</th><th scope="col">{t("payouts.what")}</th><th scope="col">{t("payouts.state")}</th><th scope="col">{t("payouts.amount")}</th></tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} data-id={row.id} data-fresh={fresh.has(row.id) || undefined}>
            <td className={css.when}>{formatMoment(row.at)}</td>
            <th scope="row">{row.party?.name ?? shared("role.MODEL")}</th>
            <td className={css.what}>{row.kind === "share" ? t("payouts.share", { number: row.licence ?? "" }) : t("payouts.payout")}{needsSomebody(row) && why(row) && <small>{why(row)}</small>}</td>
            <td className={css.state}>{row.kind === "share" ? <StatusBadge of="share" is={row.status as "HELD"} /> : <StatusBadge of="payout" is={row.status as "PAID"} />}</td>
            <td className={css.amount}>{formatMoney(row.amount, { exact: true })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

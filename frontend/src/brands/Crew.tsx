/** The people behind the pictures: what a year's licences paid to the crews of the captures, by craft. */
import { Text } from "@mantine/core";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BrandCrewQuery } from "../gql/graphql";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { formatMoney } from "../shared/money";
import { useParty } from "../shared/session";
import { serverNow } from "./clock";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const CrewDocument = graphql(`
  query BrandCrew($id: ID!, $year: Int!) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        crewReport(year: $year) {
          lines { craft people licences earned { amount currency } sent { amount currency } }
          totals { paid { amount currency } earned { amount currency } licences licencesWithCrew }
        }
      }
    }
  }
`);

type Report = Extract<NonNullable<BrandCrewQuery["node"]>, { __typename?: "Brand" }>["crewReport"];

const SHOWN = 3;

export function Crew() {
  const t = useBrands();
  const party = useParty();
  const [params, setParams] = useSearchParams();
  const now = new Date(serverNow()).getUTCFullYear();
  const years = Array.from({ length: SHOWN }, (_, back) => now - back);
  const year = years.find((each) => String(each) === params.get("year")) ?? now;
  const [query, retry] = useQuery({ query: CrewDocument, variables: { id: party.id, year }, requestPolicy: "cache-and-network" });
  return (
    <Page title={t("crew.title")} lead={t("crew.lead")}>
      <div className={css.segments} role="group" aria-label={t("crew.year")}>
        {years.map((each) => <button key={each} type="button" aria-pressed={each === year} onClick={() => setParams(each === now ? {} : { year: String(each) }, { replace: true })}>{each}</button>)}
      </div>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })}>
        {({ node }) => (node?.__typename === "Brand" ? <Paid report={node.crewReport} year={year} /> : <NotFound />)}
      </Ready>
    </Page>
  );
}

function Paid({ report, year }: { report: Report; year: number }) {
  const t = useBrands();
  if (report.totals.length === 0) return <Empty icon="payouts" title={t("crew.empty", { year: String(year) })} hint={t("crew.empty.hint")} />;
  return (
    <>
      {report.totals.map((total) => (
        <dl key={total.paid.currency} className={css.figures}>
          <div><dt>{t("crew.earned")}</dt><dd>{formatMoney(total.earned, { exact: true })}</dd></div>
          <div><dt>{t("crew.paid")}</dt><dd>{formatMoney(total.paid, { exact: true })}</dd></div>
          <div><dt>{t("crew.with")}</dt><dd>{t("crew.ofLicences", { some: total.licencesWithCrew, all: total.licences })}</dd></div>
        </dl>
      ))}
      <Section title={t("crew.crafts")}>
        {report.lines.length === 0 ? <Text c="dimmed">{t("crew.none")}</Text> : (
          <ul className={css.cards}>
            {report.lines.map((line) => (
              <li key={line.craft + line.earned.currency} className={css.panel}>
                <div className={css.panelRow}><strong>{line.craft}</strong><strong>{formatMoney(line.earned, { exact: true })}</strong></div>
                <Text size="sm" c="dimmed">
                  {t("crew.line", { people: line.people, licences: line.licences })}
                  {line.sent.amount !== line.earned.amount && ` ${t("crew.sent", { amount: formatMoney(line.sent, { exact: true }) })}`}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

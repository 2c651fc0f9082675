/** Whom the agency represents, and its mandates: proposed, in force, over. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { graphql } from "../gql";
import type { MandatesQuery, MandateStatus } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatBasisPoints, formatPeriod } from "../shared/dates";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useShared, useTerritoryName } from "../shared/texts";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const RosterDocument = graphql(`
  query Roster($id: ID!, $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        roster(first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            handle
            name
            country
            mandate { id commissionBasisPoints startsOn endsOn decidesAssets agency { id } }
            twins(first: 1) { totalCount }
            waiting: bids(status: [PENDING], first: 1) { totalCount }
            running: licences(status: [ACTIVE], first: 1) { totalCount }
          }
        }
      }
    }
  }
`);

const MandatesDocument = graphql(`
  query Mandates($id: ID!, $status: [MandateStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        mandates(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { id status commissionBasisPoints territories startsOn endsOn model { id name } }
        }
      }
    }
  }
`);

const EndMandateDocument = graphql(`
  mutation EndMandate($input: EndMandateInput!) {
    endMandate(input: $input) {
      __typename
      ... on MandateEnded { mandate { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Mandate = Extract<NonNullable<MandatesQuery["node"]>, { __typename?: "Agency" }>["mandates"]["nodes"][number];
const STATES: MandateStatus[] = ["ACTIVE", "PROPOSED", "ENDED", "DECLINED"];

export function Roster() {
  const t = useAgencies();
  const party = useParty();
  const territory = useTerritoryName();
  const list = useConnectionList(RosterDocument, { id: party.id }, ({ node }) => (node?.__typename === "Agency" ? node.roster : null));
  const propose = <Button component={Link} to={pathOf(party, "roster/propose")}>{t("mandate.propose")}</Button>;
  return (
    <Page title={t("roster.title")} lead={t("roster.lead")} actions={propose}>
      <ConnectionList list={list} empty={<Empty icon="roster" title={t("roster.empty")} hint={t("roster.empty.hint")} action={propose} />}>
        {(model) => (
          <div className={css.row}>
            <span>
              <strong>{model.name}</strong>
              <small>{territory(model.country)} · {t("roster.twins", { count: model.twins.totalCount })} · {t("roster.licences", { count: model.running.totalCount })}{model.waiting.totalCount > 0 && <> · {t("roster.bids", { count: model.waiting.totalCount })}</>}</small>
            </span>
            {model.mandate && <span className={css.end}><span>{formatBasisPoints(model.mandate.commissionBasisPoints)}<small>{formatPeriod(model.mandate.startsOn, model.mandate.endsOn)}</small></span></span>}
          </div>
        )}
      </ConnectionList>
      <Section title={t("mandates.title")}><Mandates onChange={() => void list.refetch()} /></Section>
    </Page>
  );
}

function Mandates({ onChange }: { onChange: () => void }) {
  const t = useAgencies();
  const shared = useShared();
  const party = useParty();
  const [status, setStatus] = useState<MandateStatus>("PROPOSED");
  const [ending, setEnding] = useState<Mandate | null>(null);
  const list = useConnectionList(MandatesDocument, { id: party.id, status: [status] }, ({ node }) => (node?.__typename === "Agency" ? node.mandates : null));
  const [end, busy] = useAction(EndMandateDocument, "MandateEnded");

  async function confirm(mandate: Mandate) {
    const outcome = await end({ input: { mandateId: mandate.id } });
    setEnding(null);
    if (!outcome.ok) return;
    notify.good(t("mandate.ended", { name: mandate.model.name }));
    void list.refetch();
    onChange();
  }

  return (
    <>
      <div className={css.filters} role="group" aria-label={t("mandates.title")}>
        {STATES.map((each) => <button key={each} type="button" aria-pressed={each === status} onClick={() => setStatus(each)}>{shared(`status.mandate.${each}`)}</button>)}
      </div>
      <ConnectionList list={list} empty={<Empty icon="mandates" title={t("mandates.empty")} hint={t(status === "PROPOSED" ? "mandates.empty.proposed" : "mandates.empty.hint")} />}>
        {(mandate) => (
          <div className={css.row}>
            <MandateWords mandate={mandate} />
            <span className={css.end}>
              <StatusBadge of="mandate" is={mandate.status} />
              {mandate.status === "ACTIVE" && <Button variant="default" onClick={() => setEnding(mandate)}>{t("mandate.end")}</Button>}
            </span>
          </div>
        )}
      </ConnectionList>
      {ending && (
        <Sheet title={t("mandate.end.title", { name: ending.model.name })} onClose={() => setEnding(null)}>
          <p>{t("mandate.end.text", { name: ending.model.name })}</p>
          <SheetButtons>
            <Button variant="default" onClick={() => setEnding(null)}>{t("mandate.keep")}</Button>
            <Button color="red.8" loading={busy} onClick={() => void confirm(ending)}>{t("mandate.end.sure")}</Button>
          </SheetButtons>
        </Sheet>
      )}
    </>
  );
}

function MandateWords({ mandate }: { mandate: Mandate }) {
  const t = useAgencies();
  const territory = useTerritoryName();
  return (
    <span>
      <strong>{mandate.model.name}</strong>
      <small>{t("mandate.words", { commission: formatBasisPoints(mandate.commissionBasisPoints), territories: mandate.territories.map(territory).join(", "), period: formatPeriod(mandate.startsOn, mandate.endsOn) })}</small>
    </span>
  );
}

/** What one did for whose captures, and the part that the model gives for it: first what waits for an answer. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ContributionsQuery, ContributionStatus } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { formatBasisPoints, formatMoment } from "../shared/dates";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useContributors } from "./texts";
import css from "./contributors.module.css";

const ContributionsDocument = graphql(`
  query Contributions($id: ID!) {
    node(id: $id) {
      __typename
      ... on Contributor {
        id
        contributions {
          id
          twinVersion
          craft
          basisPoints
          status
          invitedAt
          answeredAt
          endedAt
          twin { id name model { id name } }
        }
      }
    }
  }
`);

const RespondDocument = graphql(`
  mutation RespondToContribution($input: RespondToContributionInput!) {
    respondToContribution(input: $input) {
      __typename
      ... on ContributionAnswered { contribution { id status answeredAt } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const EndDocument = graphql(`
  mutation EndContribution($input: EndContributionInput!) {
    endContribution(input: $input) {
      __typename
      ... on ContributionEnded { contribution { id status endedAt } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Contribution = Extract<NonNullable<ContributionsQuery["node"]>, { __typename?: "Contributor" }>["contributions"][number];
const REST: ContributionStatus[] = ["ACCEPTED", "DECLINED", "ENDED"];

export function Work() {
  const t = useContributors();
  const party = useParty();
  const [query, retry] = useQuery({ query: ContributionsDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Page title={t("work.title")} lead={t("work.lead")} narrow>
      <Ready query={query} retry={refetch}>
        {({ node }) => {
          if (node?.__typename !== "Contributor") return <NotFound />;
          const waiting = node.contributions.filter((each) => each.status === "INVITED");
          const rest = REST.flatMap((status) => node.contributions.filter((each) => each.status === status));
          if (node.contributions.length === 0) return <Empty icon="twins" title={t("work.empty")} hint={t("work.empty.hint")} />;
          return (
            <>
              {waiting.length > 0 && <Section title={t("work.waiting", { count: waiting.length })}><List rows={waiting} refetch={refetch} /></Section>}
              {rest.length > 0 && <Section title={t("work.rest")}><List rows={rest} refetch={refetch} /></Section>}
            </>
          );
        }}
      </Ready>
    </Page>
  );
}

function List({ rows, refetch }: { rows: Contribution[]; refetch: () => void }) {
  return <ul className={css.list}>{rows.map((row) => <li key={row.id}><Row contribution={row} refetch={refetch} /></li>)}</ul>;
}

function Row({ contribution, refetch }: { contribution: Contribution; refetch: () => void }) {
  const t = useContributors();
  const [asked, setAsked] = useState(false);
  const [respond, answering] = useAction(RespondDocument, "ContributionAnswered");
  const [end, ending] = useAction(EndDocument, "ContributionEnded");
  const model = contribution.twin?.model.name ?? t("work.someone");

  async function answer(accept: boolean) {
    const outcome = await respond({ input: { contributionId: contribution.id, accept } });
    if (outcome.ok) notify.good(t(accept ? "work.accepted" : "work.declined"), accept ? t("work.accepted.hint") : undefined);
    refetch();
  }
  async function stop() {
    const outcome = await end({ input: { contributionId: contribution.id } });
    setAsked(false);
    if (outcome.ok) notify.good(t("work.ended"));
    refetch();
  }

  return (
    <div className={css.row}>
      <span>
        <strong>{t("work.row", { craft: contribution.craft, twin: contribution.twin?.name ?? t("work.hidden"), model })}</strong>
        <small>{t("work.part", { part: formatBasisPoints(contribution.basisPoints) })} · {t("work.version", { version: contribution.twinVersion })}</small>
        <small>{t(`work.${contribution.status}`, { when: formatMoment(contribution.endedAt ?? contribution.answeredAt ?? contribution.invitedAt) })}</small>
      </span>
      {contribution.status === "INVITED" && (
        <span className={css.buttons}>
          <Button variant="default" disabled={answering} onClick={() => void answer(false)}>{t("work.decline")}</Button>
          <Button loading={answering} onClick={() => void answer(true)}>{t("work.accept")}</Button>
        </span>
      )}
      {contribution.status === "ACCEPTED" && <Button variant="default" onClick={() => setAsked(true)}>{t("work.end")}</Button>}
      {asked && (
        <Sheet title={t("work.end.title")} onClose={() => setAsked(false)}>
          <p>{t("work.end.text", { model })}</p>
          <SheetButtons>
            <Button variant="default" onClick={() => setAsked(false)}>{t("work.keep")}</Button>
            <Button color="red.8" loading={ending} onClick={() => void stop()}>{t("work.end.sure")}</Button>
          </SheetButtons>
        </Sheet>
      )}
    </div>
  );
}

/** Which agency may act for her: proposals to answer, the mandate in force, and how to end it. Signing stays hers. */
import { Button, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { graphql } from "../gql";
import type { ModelMandatesQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { few } from "../shared/components/RightsSummary";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatBasisPoints, formatPeriod } from "../shared/dates";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useShared, useTerritoryName } from "../shared/texts";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const MandatesDocument = graphql(`
  query ModelMandates($id: ID!, $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        mandates(first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            status
            commissionBasisPoints
            territories
            startsOn
            endsOn
            decidesAssets
            agency { id name country }
          }
        }
      }
    }
  }
`);

const RespondDocument = graphql(`
  mutation RespondToMandate($input: RespondToMandateInput!) {
    respondToMandate(input: $input) {
      __typename
      ... on MandateAnswered { mandate { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const EndDocument = graphql(`
  mutation EndMandate($input: EndMandateInput!) {
    endMandate(input: $input) {
      __typename
      ... on MandateEnded { mandate { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const DelegateDocument = graphql(`
  mutation DelegateAssetDecisions($input: DelegateAssetDecisionsInput!) {
    delegateAssetDecisions(input: $input) {
      __typename
      ... on AssetDecisionsDelegated { mandate { id decidesAssets } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Mandate = Extract<NonNullable<ModelMandatesQuery["node"]>, { __typename?: "Model" }>["mandates"]["nodes"][number];

export function Mandates() {
  const t = useModels();
  const party = useParty();
  const list = useConnectionList(MandatesDocument, { id: party.id }, (data) => (data.node?.__typename === "Model" ? data.node.mandates : null));
  return (
    <Page title={t("mandates.title")} lead={t("mandates.lead")} narrow>
      <ConnectionList list={list} className={css.todos} empty={<Empty icon="mandates" title={t("mandates.none")} hint={t("mandates.none.hint")} />}>
        {(mandate) => <MandateCard mandate={mandate} refetch={() => void list.refetch()} />}
      </ConnectionList>
    </Page>
  );
}

function MandateCard({ mandate, refetch }: { mandate: Mandate; refetch: () => void }) {
  const t = useModels();
  const shared = useShared();
  const place = useTerritoryName();
  const [ending, setEnding] = useState(false);
  const [respond, responding] = useAction(RespondDocument, "MandateAnswered");
  const [end, isEnding] = useAction(EndDocument, "MandateEnded");
  const [delegate, delegating] = useAction(DelegateDocument, "AssetDecisionsDelegated");

  async function answer(accept: boolean) {
    const outcome = await respond({ input: { mandateId: mandate.id, accept } });
    if (outcome.ok) notify.good(t(accept ? "mandate.accepted" : "mandate.declined", { agency: mandate.agency.name }));
    refetch();
  }
  async function stop() {
    const outcome = await end({ input: { mandateId: mandate.id } });
    if (outcome.ok) notify.good(t("mandate.ended", { agency: mandate.agency.name }));
    setEnding(false);
    refetch();
  }
  async function hand(over: boolean) {
    const outcome = await delegate({ input: { mandateId: mandate.id, delegate: over } });
    if (outcome.ok) notify.good(t(over ? "mandate.decides.on" : "mandate.decides.off", { agency: mandate.agency.name }));
    refetch();
  }

  return (
    <article className={`${css.card} ${css.plain}`} aria-label={mandate.agency.name}>
      <div className={css.bidTop}><strong>{mandate.agency.name}</strong><StatusBadge of="mandate" is={mandate.status} /></div>
      <Text size="sm">{t("mandate.terms", { commission: formatBasisPoints(mandate.commissionBasisPoints), places: few(mandate.territories.map(place)), days: formatPeriod(mandate.startsOn, mandate.endsOn) })}</Text>
      {mandate.status === "PROPOSED" && (
        <>
          <Text size="sm" c="dimmed">{t("mandate.may")}</Text>
          <div className={css.acts}>
            <Button variant="default" loading={responding} onClick={() => void answer(false)}>{t("mandate.decline")}</Button>
            <Button loading={responding} onClick={() => void answer(true)}>{t("mandate.accept")}</Button>
          </div>
        </>
      )}
      {mandate.status === "ACTIVE" && (
        <>
          <Switch size="md" className={css.medium} label={t("mandate.decides")} description={t("mandate.decides.hint")} checked={mandate.decidesAssets} disabled={delegating} onChange={(event) => void hand(event.currentTarget.checked)} />
          <div className={css.acts}><Button variant="default" onClick={() => setEnding(true)}>{t("mandate.end")}</Button></div>
        </>
      )}
      {ending && (
        <Sheet title={t("mandate.end.title", { agency: mandate.agency.name })} onClose={() => setEnding(false)}>
          <Text>{t("mandate.end.text")}</Text>
          <SheetButtons>
            <Button variant="default" onClick={() => setEnding(false)}>{shared("cancel")}</Button>
            <Button color="red" loading={isEnding} onClick={() => void stop()}>{t("mandate.end")}</Button>
          </SheetButtons>
        </Sheet>
      )}
    </article>
  );
}

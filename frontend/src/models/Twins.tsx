/** Her twins and where they stand: make one, put it on the market, take it off, and stop everything with one clear act. */
import { Button, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelTwinsQuery, TwinStatus } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Icon, type IconName } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { StatusBadge } from "../shared/components/StatusBadge";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useShared } from "../shared/texts";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const TwinsDocument = graphql(`
  query ModelTwins($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        twins(first: 50) {
          nodes {
            id
            handle
            name
            status
            version
            previewUrls
            consentPolicy { version }
            rateCard { version }
          }
        }
        running: licences(status: [ACTIVE], first: 1) { totalCount }
      }
    }
  }
`);

export const SetStatusDocument = graphql(`
  mutation SetTwinStatus($input: SetTwinStatusInput!) {
    setTwinStatus(input: $input) {
      __typename
      ... on TwinUpdated { twin { id status } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Model = Extract<NonNullable<ModelTwinsQuery["node"]>, { __typename?: "Model" }>;
type Twin = Model["twins"]["nodes"][number];

export function Twins() {
  const party = useParty();
  const [query, retry] = useQuery({ query: TwinsDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch}>
      {({ node }) => (node?.__typename === "Model" ? <Loaded model={node} refetch={refetch} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ model, refetch }: { model: Model; refetch: () => void }) {
  const t = useModels();
  const party = useParty();
  const twins = model.twins.nodes;
  const stoppable = twins.filter((twin) => twin.status === "LISTED" || twin.status === "PAUSED");
  const [stopping, setStopping] = useState(false);
  const make = <Button component={Link} to={pathOf(party, "twins/new")} leftSection={<Icon name="plus" size={18} />}>{t("twins.new")}</Button>;
  return (
    <Page title={t("twins.title")} lead={t("twins.lead")} actions={twins.length > 0 ? make : undefined} narrow>
      {twins.length === 0 && <Empty icon="twins" title={t("home.todo.noTwin")} hint={t("twins.none.hint")} action={make} />}
      <ul className={css.todos}>
        {twins.map((twin) => <li key={twin.id}><TwinCard twin={twin} running={model.running.totalCount} refetch={refetch} /></li>)}
      </ul>
      {stoppable.length > 0 && (
        <Section title={t("stop.section")}>
          <div className={css.stop}>
            <Text size="sm">{t("stop.hint")}</Text>
            <Button color="red" variant="outline" onClick={() => setStopping(true)}>{t("stop.all", { count: stoppable.length })}</Button>
          </div>
        </Section>
      )}
      {stopping && <StopAll twins={stoppable} running={model.running.totalCount} close={() => setStopping(false)} refetch={refetch} />}
    </Page>
  );
}

/** Where a twin may go from where it stands, most likely first. */
const NEXT: Record<TwinStatus, TwinStatus[]> = {
  DRAFT: ["LISTED", "RETIRED"],
  LISTED: ["PAUSED", "SUSPENDED", "RETIRED"],
  PAUSED: ["LISTED", "SUSPENDED", "RETIRED"],
  SUSPENDED: ["LISTED", "RETIRED"],
  RETIRED: [],
};
const GRAVE: readonly TwinStatus[] = ["SUSPENDED", "RETIRED"];

function TwinCard({ twin, running, refetch }: { twin: Twin; running: number; refetch: () => void }) {
  const t = useModels();
  const party = useParty();
  const [asked, setAsked] = useState<TwinStatus | null>(null);
  const [set, setting] = useAction(SetStatusDocument, "TwinUpdated");
  const missing: { to: string; icon: IconName; label: string }[] = [
    ...(twin.rateCard ? [] : [{ to: `rates/${twin.handle}`, icon: "rates" as const, label: t("twins.needsRates") }]),
    ...(twin.consentPolicy.version ? [] : [{ to: `consent/${twin.handle}`, icon: "consent" as const, label: t("twins.needsConsent") }]),
  ];
  const isReady = missing.length === 0;

  async function go(status: TwinStatus) {
    const outcome = await set({ input: { twinId: twin.id, status } });
    if (outcome.ok) notify.good(t(`twins.now.${status}`, { name: twin.name }));
    refetch();
  }

  return (
    <article className={css.twin} aria-label={twin.name}>
      <span className={css.face}><Portrait twin={{ ...twin, model: party }} decorative size={72} /></span>
      <div className={css.twinBody}>
        <div className={css.bidTop}><strong>{twin.name}</strong><StatusBadge of="twin" is={twin.status} /></div>
        <Text size="sm" c="dimmed">{t(`twins.means.${twin.status}`)}</Text>
        <nav className={css.links} aria-label={twin.name}>
          {missing.map((each) => <Link key={each.to} data-needed to={pathOf(party, each.to)}><Icon name={each.icon} size={18} />{each.label}</Link>)}
          {twin.rateCard && <Link to={pathOf(party, `rates/${twin.handle}`)}>{t("tab.rates")}</Link>}
          {twin.consentPolicy.version > 0 && <Link to={pathOf(party, `consent/${twin.handle}`)}>{t("tab.consent")}</Link>}
          <Link to={pathOf(party, `twins/${twin.handle}`)}>{t("twins.edit")}</Link>
        </nav>
        <div className={css.acts}>
          {NEXT[twin.status].map((status) => (
            <Button
              key={status}
              size="sm"
              variant={status === "LISTED" ? "filled" : status === "RETIRED" ? "subtle" : "default"}
              color={status === "RETIRED" ? "gray" : undefined}
              loading={setting && asked === null}
              disabled={status === "LISTED" && !isReady}
              onClick={() => (GRAVE.includes(status) ? setAsked(status) : void go(status))}
            >
              {t(`twins.do.${status === "LISTED" && twin.status === "SUSPENDED" ? "RESUME" : status}`)}
            </Button>
          ))}
        </div>
      </div>
      {asked && <Sure twin={twin} status={asked} running={running} close={() => setAsked(null)} refetch={refetch} />}
    </article>
  );
}

/** What cannot be taken back, or stops others' work, is said before it is done. */
function Sure({ twin, status, running, close, refetch }: { twin: Twin; status: TwinStatus; running: number; close: () => void; refetch: () => void }) {
  const t = useModels();
  const shared = useShared();
  const [reason, setReason] = useState("");
  const [set, setting] = useAction(SetStatusDocument, "TwinUpdated");
  async function go() {
    const outcome = await set({ input: { twinId: twin.id, status, reason: reason.trim() || null } });
    if (outcome.ok) notify.good(t(`twins.now.${status}`, { name: twin.name }));
    close();
    refetch();
  }
  const key = status === "RETIRED" ? "retire" : "suspend";
  return (
    <Sheet title={t(`${key}.title`, { name: twin.name })} onClose={close}>
      <Text>{t(`${key}.text`, { count: running })}</Text>
      <Textarea mt="md" label={t("stop.reason")} autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <SheetButtons>
        <Button variant="default" onClick={close}>{shared("cancel")}</Button>
        <Button color="red" loading={setting} onClick={() => void go()}>{t(`twins.do.${status}`)}</Button>
      </SheetButtons>
    </Sheet>
  );
}

function StopAll({ twins, running, close, refetch }: { twins: readonly Twin[]; running: number; close: () => void; refetch: () => void }) {
  const t = useModels();
  const shared = useShared();
  const [reason, setReason] = useState("");
  const [set, setting] = useAction(SetStatusDocument, "TwinUpdated");
  const [done, setDone] = useState(0);
  async function go() {
    let stopped = 0;
    for (const twin of twins) {
      const outcome = await set({ input: { twinId: twin.id, status: "SUSPENDED", reason: reason.trim() || null } });
      if (outcome.ok) setDone(++stopped);
    }
    if (stopped > 0) notify.good(t("stop.done", { count: stopped }), t("stop.done.hint"));
    close();
    refetch();
  }
  return (
    <Sheet title={t("stop.title")} onClose={close}>
      <Text>{t("suspend.text", { count: running })}</Text>
      <ul>{twins.map((twin) => <li key={twin.id}>{twin.name}</li>)}</ul>
      <Textarea label={t("stop.reason")} autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <SheetButtons>
        <Button variant="default" onClick={close}>{shared("cancel")}</Button>
        <Button color="red" loading={setting} onClick={() => void go()}>{done ? t("stop.progress", { done, count: twins.length }) : t("stop.do")}</Button>
      </SheetButtons>
    </Sheet>
  );
}

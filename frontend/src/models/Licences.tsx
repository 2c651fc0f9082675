/** Where her face is in use: every licence, what it allows, until when, and what it paid her. */
import { Anchor, Button, SegmentedControl, Text } from "@mantine/core";
import "@mantine/core/styles/SegmentedControl.layer.css";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { LicenceStatus, ModelLicenceQuery, ModelLicencesQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { RightsLine, RightsSummary } from "../shared/components/RightsSummary";
import { SharesList } from "../shared/components/SharesList";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const LicencesDocument = graphql(`
  query ModelLicences($id: ID!, $status: [LicenceStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        licences(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            number
            status
            price { amount currency }
            brand { id name }
            twin { id name handle previewUrls }
            rights { media territories industry startsOn endsOn exclusivity }
            takedown { id overdue doneAt }
          }
        }
      }
    }
  }
`);

const LicenceDocument = graphql(`
  query ModelLicence($id: ID!) {
    node(id: $id) {
      __typename
      ... on Licence {
        id
        number
        status
        price { amount currency }
        createdAt
        twinVersion
        brand { id name }
        twin { id name handle }
        rights { media territories industry startsOn endsOn exclusivity }
        consent { signedBy signature signedAt document { text digest policyVersion } }
        takedown { id reason dueAt overdue doneAt note urls }
        payment {
          id
          status
          amount { amount currency }
          refunded { amount currency }
          shares { id role basisPoints status amount { amount currency } party { id name } }
        }
        html: documentUrl(format: HTML)
        pdf: documentUrl(format: PDF)
        nextBids { id amount { amount currency } brand { id name } rights { media territories industry startsOn endsOn exclusivity } }
        assets(first: 20) { totalCount nodes { id title status } }
      }
    }
  }
`);

const LicenceMovesDocument = graphql(`
  subscription ModelLicenceMoves($partyId: ID!, $after: String) {
    licenceActivity(partyId: $partyId, after: $after) { cursor kind licence { id status } }
  }
`);

type Row = Extract<NonNullable<ModelLicencesQuery["node"]>, { __typename?: "Model" }>["licences"]["nodes"][number];
type Licence = Extract<NonNullable<ModelLicenceQuery["node"]>, { __typename?: "Licence" }>;

const TABS = ["running", "over"] as const;
type Tab = (typeof TABS)[number];
const STATUS: Record<Tab, LicenceStatus[]> = { running: ["ACTIVE", "SUSPENDED", "AWAITING_PAYMENT"], over: ["ENDED", "TERMINATED", "LAPSED"] };

export function Licences() {
  const t = useModels();
  const party = useParty();
  const [tab, setTab] = useState<Tab>("running");
  const list = useConnectionList(LicencesDocument, { id: party.id, status: STATUS[tab] }, (data) => (data.node?.__typename === "Model" ? data.node.licences : null));
  const refetch = () => void list.refetch();
  useLive(LicenceMovesDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Page title={t("licences.title")} lead={t("licences.lead")} actions={<LiveState />} narrow>
      <SegmentedControl fullWidth mb="lg" size="md" value={tab} onChange={(value) => setTab(value as Tab)} aria-label={t("licences.which")} data={TABS.map((each) => ({ value: each, label: t(`licences.tab.${each}`) }))} />
      <ConnectionList list={list} empty={<Empty icon="licences" title={t(`licences.none.${tab}`)} hint={t("licences.none.hint")} />}>
        {(licence) => <LicenceRow licence={licence} />}
      </ConnectionList>
    </Page>
  );
}

function LicenceRow({ licence }: { licence: Row }) {
  const t = useModels();
  const party = useParty();
  const { takedown } = licence;
  return (
    <Link className={css.bid} to={pathOf(party, `licences/${encodeURIComponent(licence.id)}`)}>
      <span className={css.face}><Portrait twin={{ ...licence.twin, model: party }} decorative size={56} /></span>
      <span className={css.bidText}>
        <span className={css.bidTop}><strong>{licence.brand.name}</strong><strong className={css.amount}>{formatMoney(licence.price)}</strong></span>
        <small><RightsLine rights={licence.rights} /></small>
        <span className={css.bidFoot}>
          <StatusBadge of="licence" is={licence.status} />
          {takedown && !takedown.doneAt && <span className={css.conflict}>{t(takedown.overdue ? "licence.takedown.overdue" : "licence.takedown.open")}</span>}
        </span>
      </span>
      <Icon name="chevron" size={18} />
    </Link>
  );
}

export function LicenceDetail() {
  const { licence: id = "" } = useParams();
  const party = useParty();
  const [query, retry] = useQuery({ query: LicenceDocument, variables: { id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(LicenceMovesDocument, { partyId: party.id }, { onEvent: (event) => event.licence.id === id && refetch(), onReturn: refetch });
  return (
    <Ready query={query} retry={refetch} rows={6}>
      {({ node }) => (node?.__typename === "Licence" ? <Loaded licence={node} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ licence }: { licence: Licence }) {
  const t = useModels();
  const party = useParty();
  const { payment, consent, takedown } = licence;
  const mine = payment.shares.find((share) => share.party?.id === party.id);
  return (
    <Page narrow title={t("licence.title", { brand: licence.brand.name, name: licence.twin.name })} lead={<><StatusBadge of="licence" is={licence.status} /> · {licence.number}</>}>
      <Text className={css.note}>{t(`licence.means.${licence.status}`)}</Text>
      <section className={css.worth} aria-label={t("bid.worth")}>
        <div><span>{t("licence.price")}</span><strong>{formatMoney(licence.price)}</strong></div>
        {mine && <div><span>{t("licence.yours")}</span><strong data-mine>{formatMoney(mine.amount)}</strong><StatusBadge of="share" is={mine.status} /></div>}
      </section>
      {licence.nextBids.length > 0 && (
        <Section title={t("licence.next")}>
          <ul className={css.todos}>
            {licence.nextBids.map((bid) => (
              <li key={bid.id}>
                <Link to={pathOf(party, `bids/${encodeURIComponent(bid.id)}`)}>
                  <span className={css.todoIcon}><Icon name="bids" /></span>
                  <span><strong>{bid.brand.name}, {formatMoney(bid.amount)}</strong><small><RightsLine rights={bid.rights} /></small></span>
                  <Icon name="chevron" size={18} />
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {takedown && (
        <Section title={t("licence.takedown")}>
          <div className={`${css.card} ${css.plain}`}>
            <Text>{takedown.doneAt ? t("licence.takedown.done", { when: formatMoment(takedown.doneAt) }) : t(takedown.overdue ? "licence.takedown.late" : "licence.takedown.by", { when: formatMoment(takedown.dueAt) })}</Text>
            {takedown.note && <p className={css.quote}>{takedown.note}</p>}
            {takedown.urls.length > 0 && <ul className={css.plainList}>{takedown.urls.map((url) => <li key={url}><Anchor href={url} target="_blank" rel="noreferrer noopener">{url}</Anchor></li>)}</ul>}
          </div>
        </Section>
      )}
      <Section title={t("bid.rights")}><div className={css.card}><RightsSummary rights={licence.rights} /></div></Section>
      <Section title={t("bid.shares")} aside={<StatusBadge of="payment" is={payment.status} />}><div className={css.card}><SharesList price={payment.amount} shares={payment.shares} mine={party.id} /></div></Section>
      {licence.assets.totalCount > 0 && (
        <Section title={t("licence.pictures")}>
          <ul className={css.plainList}>
            {licence.assets.nodes.map((asset) => <li key={asset.id}><Link to={pathOf(party, `pictures/${encodeURIComponent(asset.id)}`)}>{asset.title}</Link> <StatusBadge of="asset" is={asset.status} /></li>)}
          </ul>
        </Section>
      )}
      <Section title={t("licence.signed")}>
        <Text size="sm" c="dimmed" mb="sm">{t("licence.signed.hint", { name: consent.signature, when: formatMoment(consent.signedAt) })}</Text>
        <details className={css.document}><summary>{t("bid.document.read")}</summary><pre>{consent.document.text}</pre><code>SHA-256 {consent.document.digest}</code></details>
        <div className={css.acts}>
          <Button component="a" variant="default" href={licence.pdf} target="_blank" rel="noopener">{t("licence.pdf")}</Button>
          <Button component="a" variant="default" href={licence.html} target="_blank" rel="noopener">{t("licence.html")}</Button>
        </div>
      </Section>
    </Page>
  );
}

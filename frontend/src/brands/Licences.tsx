/** What the brand may use, and what it must pay or take down: by how each licence stands. */
import { Button } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { graphql } from "../gql";
import type { LicenceStatus } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty, LiveState } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useRightsWords } from "./RightsWords";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const LicencesDocument = graphql(`
  query BrandLicences($id: ID!, $status: [LicenceStatus!], $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        licences(status: $status, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            number
            status
            price { amount currency }
            rights { media territories industry startsOn endsOn exclusivity }
            twin { id handle name previewUrls model { id handle name } }
          }
        }
      }
    }
  }
`);

export const BrandLicenceActivityDocument = graphql(`
  subscription BrandLicenceActivity($partyId: ID!, $after: String) {
    licenceActivity(partyId: $partyId, after: $after) {
      cursor
      kind
      licence { id number status }
    }
  }
`);

const GROUPS = { running: ["AWAITING_PAYMENT", "ACTIVE", "SUSPENDED"], over: ["ENDED", "LAPSED", "TERMINATED"] } as const satisfies Record<string, LicenceStatus[]>;
type Group = keyof typeof GROUPS;

export function Licences() {
  const t = useBrands();
  const party = useParty();
  const words = useRightsWords();
  const [params, setParams] = useSearchParams();
  const group: Group = params.get("show") === "over" ? "over" : "running";
  const list = useConnectionList(LicencesDocument, { id: party.id, status: [...GROUPS[group]] }, (data) => (data.node?.__typename === "Brand" ? data.node.licences : null));
  const refetch = () => void list.refetch();
  useLive(BrandLicenceActivityDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Page title={t("licences.title")} lead={t("licences.lead")} actions={<LiveState />}>
      <div className={css.segments} role="group" aria-label={t("licences.show")}>
        {(Object.keys(GROUPS) as Group[]).map((each) => <button key={each} type="button" aria-pressed={each === group} onClick={() => setParams(each === "running" ? {} : { show: each }, { replace: true })}>{t(`licences.${each}`)}</button>)}
      </div>
      <ConnectionList list={list} className={css.cards} empty={<Empty icon="licences" title={t(`licences.empty.${group}`)} hint={t("licences.empty.hint")} action={<Button component={Link} to={pathOf(party, "catalogue")}>{t("bids.find")}</Button>} />}>
        {(licence) => (
          <Link to={pathOf(party, `licences/${licence.number}`)} className={css.card}>
            <Portrait twin={licence.twin} decorative size={56} />
            <span><strong>{licence.twin.name} <small>{licence.number}</small></strong><small>{words.line(licence.rights)}</small></span>
            <span className={css.cardEnd}><b>{formatMoney(licence.price)}</b><StatusBadge of="licence" is={licence.status} /></span>
          </Link>
        )}
      </ConnectionList>
    </Page>
  );
}

/** Whom the agency represents. */
import { graphql } from "../gql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { formatBasisPoints } from "../shared/dates";
import { useParty } from "../shared/session";
import { useTerritoryName } from "../shared/texts";
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
            mandate { id commissionBasisPoints endsOn }
            twins(first: 1) { totalCount }
          }
        }
      }
    }
  }
`);

export function Roster() {
  const t = useAgencies();
  const party = useParty();
  const territory = useTerritoryName();
  const list = useConnectionList(RosterDocument, { id: party.id }, ({ node }) => (node?.__typename === "Agency" ? node.roster : null));
  return (
    <Page title={t("roster.title")} lead={t("roster.lead")}>
      <ConnectionList list={list} empty={<Empty icon="roster" title={t("roster.empty")} hint={t("roster.empty.hint")} />}>
        {(model) => (
          <div className={css.row}>
            <strong>{model.name}</strong>
            <span>{territory(model.country)}</span>
            <span className={css.figure}>{model.mandate ? formatBasisPoints(model.mandate.commissionBasisPoints) : "–"}</span>
          </div>
        )}
      </ConnectionList>
    </Page>
  );
}

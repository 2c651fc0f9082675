/** What runs of the models whom the agency represents, and what is not yet paid. */
import { Anchor } from "@mantine/core";
import { graphql } from "../gql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { RightsLine } from "../shared/components/RightsSummary";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoney } from "../shared/money";
import { useParty } from "../shared/session";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const LicencesDocument = graphql(`
  query AgencyLicences($id: ID!, $first: Int!, $after: String) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        licences(first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            number
            status
            price { amount currency }
            documentUrl
            rights { media territories industry startsOn endsOn exclusivity }
            brand { id name }
            twin { id name model { id name } }
            payment { id status }
          }
        }
      }
    }
  }
`);

export function Licences() {
  const t = useAgencies();
  const party = useParty();
  const list = useConnectionList(LicencesDocument, { id: party.id }, ({ node }) => (node?.__typename === "Agency" ? node.licences : null));
  return (
    <Page title={t("licences.title")} lead={t("licences.lead")}>
      <ConnectionList list={list} empty={<Empty icon="licences" title={t("licences.empty")} hint={t("licences.empty.hint")} />}>
        {(licence) => (
          <div className={css.row}>
            <span>
              <strong>{licence.brand.name}: {licence.twin.name}</strong>
              <small><RightsLine rights={licence.rights} /></small>
              <small>{licence.number} · {licence.twin.model.name} · <Anchor href={licence.documentUrl} inherit underline="always">{t("licence.document")}</Anchor></small>
            </span>
            <span className={css.end}><strong className={css.figure}>{formatMoney(licence.price)}</strong><StatusBadge of="licence" is={licence.status} /></span>
          </div>
        )}
      </ConnectionList>
    </Page>
  );
}

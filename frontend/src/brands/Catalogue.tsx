/** The twins on the market. */
import { graphql } from "../gql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const CatalogueDocument = graphql(`
  query Catalogue($first: Int!, $after: String) {
    twins(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        handle
        name
        description
        previewUrls
        model { id handle name }
      }
    }
  }
`);

export function Catalogue() {
  const t = useBrands();
  const list = useConnectionList(CatalogueDocument, {}, (data) => data.twins, 24);
  return (
    <Page title={t("catalogue.title")} lead={t("catalogue.lead")}>
      <ConnectionList list={list} className={css.grid} empty={<Empty icon="catalogue" title={t("catalogue.empty")} hint={t("catalogue.empty.hint")} />}>
        {(twin) => (
          <figure className={css.twin}>
            <Portrait twin={twin} />
            <figcaption><strong>{twin.name}</strong><span>{twin.description}</span></figcaption>
          </figure>
        )}
      </ConnectionList>
    </Page>
  );
}

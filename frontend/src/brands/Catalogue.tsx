/** The twins on the market: searched by words, by exact rights and their price, by what they are like. The address holds the search. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { TwinOrder } from "../gql/graphql";
import { ConnectionList, useConnectionList } from "../shared/components/ConnectionList";
import { Empty } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { formatMoney, toMinor } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useBrand } from "./brand";
import { useRightsWords } from "./RightsWords";
import { countFilters, FACETS, filterOf, orderOf, ordersOf, readSearch, withRights, writeSearch, type Search } from "./search";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const RightsDrawer = lazy(() => import("./RightsDrawer").then((module) => ({ default: module.RightsDrawer })));
const FilterDrawer = lazy(() => import("./FilterDrawer").then((module) => ({ default: module.FilterDrawer })));

const CatalogueDocument = graphql(`
  query Catalogue($filter: TwinFilter!, $orderBy: TwinOrder!, $priced: Boolean!, $rights: RightsInput!, $first: Int!, $after: String) {
    twins(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        handle
        name
        description
        previewUrls
        model { id handle name }
        quote(rights: $rights) @include(if: $priced) { price { amount currency } }
        rateCard @skip(if: $priced) { rates { medium per30Days { amount currency } } }
      }
    }
  }
`);

const FacetsDocument = graphql(`
  query CatalogueFacets($filter: TwinFilter!) {
    twins(filter: $filter, first: 1) {
      totalCount
      facets { field values { value count } }
    }
  }
`);

/** A variable must have some value, also where it is left out of the question. */
const NO_RIGHTS = { media: ["INTERNAL"], territories: ["SE"], industry: "OTHER", startsOn: "2000-01-01", endsOn: "2000-01-01" } as const;
const AT_ONCE = 24;

export function Catalogue() {
  const t = useBrands();
  const party = useParty();
  const [params, setParams] = useSearchParams();
  const search = useMemo(() => readSearch(params), [params]);
  const change = (next: Search, replace = true) => setParams(writeSearch(next), { replace });
  const rights = search.rights;
  const variables = { filter: filterOf(search), orderBy: orderOf(search), priced: rights !== null, rights: rights ?? { ...NO_RIGHTS, media: [...NO_RIGHTS.media], territories: [...NO_RIGHTS.territories] } };
  const list = useConnectionList(CatalogueDocument, variables, (data) => data.twins, AT_ONCE);
  return (
    <Page title={t("catalogue.title")} lead={t("catalogue.lead")}>
      <Bar search={search} change={change} total={list.total} />
      <ConnectionList
        list={list}
        className={css.grid}
        empty={
          params.size > 0 ? (
            <Empty icon="search" title={t("catalogue.none")} hint={t(rights ? "catalogue.none.rights" : "catalogue.none.hint")} action={<Button variant="default" onClick={() => setParams({})}>{t("catalogue.reset")}</Button>} />
          ) : (
            <Empty icon="catalogue" title={t("catalogue.empty")} hint={t("catalogue.empty.hint")} />
          )
        }
      >
        {(twin) => {
          const price = twin.quote?.price;
          const lowest = twin.rateCard && [...twin.rateCard.rates].sort((a, b) => (toMinor(a.per30Days) < toMinor(b.per30Days) ? -1 : 1))[0]?.per30Days;
          return (
            <Link to={withRights(pathOf(party, `twins/${twin.handle}`), rights)} className={css.twin}>
              <Portrait twin={twin} decorative />
              <span className={css.twinText}>
                <strong>{twin.name}</strong>
                <span>{twin.description}</span>
                {price ? <b>{formatMoney(price)}</b> : lowest ? <b>{t("catalogue.from", { price: formatMoney(lowest) })}</b> : null}
              </span>
            </Link>
          );
        }}
      </ConnectionList>
    </Page>
  );
}

function Bar({ search, change, total }: { search: Search; change: (search: Search, replace?: boolean) => void; total: number }) {
  const t = useBrands();
  const words = useRightsWords();
  const brand = useBrand();
  const [typed, setTyped] = useState(search.words);
  const [opened, setOpened] = useState<"rights" | "filters" | null>(null);
  const [facets] = useQuery({ query: FacetsDocument, variables: { filter: filterOf(search) } });
  const ask = useDebouncedCallback((text: string) => change({ ...search, words: text }), 300);
  const filters = countFilters(search);
  useEffect(() => setTyped(search.words), [search.words]);
  const drop = (field: (typeof FACETS)[number], value: string) => change({ ...search, facets: { ...search.facets, [field]: search.facets[field].filter((each) => each !== value) } });
  return (
    <search className={css.bar}>
      <button type="button" className={css.ask} onClick={() => setOpened("rights")} data-on={search.rights ? true : undefined}>
        <Icon name="licences" />
        <span><small>{t(search.rights ? "rights.for" : "rights.which")}</small><b>{search.rights ? words.line(search.rights) : t("rights.pick")}</b></span>
        <Icon name="chevron" size={18} />
      </button>
      <TextInput type="search" className={css.words} aria-label={t("search.label")} placeholder={t("search.label")} value={typed} leftSection={<Icon name="search" size={18} />}
        onChange={(event) => { setTyped(event.currentTarget.value); ask(event.currentTarget.value); }} />
      <Button variant="default" size="md" onClick={() => setOpened("filters")} leftSection={<Icon name="settings" size={18} />}>{t("filters.open", { count: filters })}</Button>
      <NativeSelect aria-label={t("order.label")} value={orderOf(search)} onChange={(event) => change({ ...search, order: event.currentTarget.value as TwinOrder })} data={ordersOf(search).map((order) => ({ value: order, label: t(`order.${order}`) }))} />
      {filters > 0 && (
        <ul className={css.chips} aria-label={t("filters.active")}>
          {search.maximum && <li><button type="button" onClick={() => change({ ...search, maximum: "" })}>{t("filters.atMost", { price: formatMoney({ amount: search.maximum, currency: search.currency }) })}<span aria-hidden="true">×</span></button></li>}
          {FACETS.flatMap((field) => search.facets[field].map((value) => <li key={field + value}><button type="button" onClick={() => drop(field, value)}>{value}<span aria-hidden="true">×</span></button></li>))}
        </ul>
      )}
      <Suspense>
        {brand && opened === "rights" && <RightsDrawer open search={search} industry={brand.industry} onClose={() => setOpened(null)} onPick={(rights) => { setOpened(null); change({ ...search, rights, ...(rights ? {} : { maximum: "" }) }, false); }} />}
        {opened === "filters" && <FilterDrawer open search={search} facets={facets.data?.twins.facets ?? []} total={total} onClose={() => setOpened(null)} onChange={change} />}
      </Suspense>
    </search>
  );
}

/** Narrowing a search: what twins are like, each value with how many have it, measures, and the most one would pay. */
import { Button, Checkbox, NativeSelect, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { CatalogueFacetsQuery } from "../gql/graphql";
import { MoneyInput } from "../shared/components/MoneyInput";
import currencies from "../shared/currencies.json";
import { Drawer } from "./Drawer";
import { FACETS, RANGES, type FacetField, type RangeField, type Search } from "./search";
import { useBrands } from "./texts";
import css from "./brands.module.css";

type Facets = CatalogueFacetsQuery["twins"]["facets"];

interface Props {
  open: boolean;
  search: Search;
  facets: Facets;
  total: number;
  onClose: () => void;
  onChange: (search: Search) => void;
}

export function FilterDrawer({ open, search: given, facets, total, onClose, onChange: hand }: Props) {
  const t = useBrands();
  // The address changes a moment later: what was pressed shows at once.
  const [search, setSearch] = useState(given);
  const onChange = (next: Search) => {
    setSearch(next);
    hand(next);
  };
  const clear = () => onChange({ ...search, maximum: "", facets: { tags: [], hairColour: [], eyeColour: [] }, ranges: { heightCm: ANY, bustCm: ANY, waistCm: ANY, hipsCm: ANY } });
  return (
    <Drawer title={t("filters.title")} open={open} onClose={onClose} foot={<><Button variant="default" onClick={clear}>{t("filters.clear")}</Button><Button onClick={onClose}>{t("filters.show", { count: total })}</Button></>}>
      <div className={css.filters}>
        <fieldset>
          <legend>{t("filters.maximum")}</legend>
          {search.rights ? (
            <div className={css.pair}>
              <MoneyInput aria-label={t("filters.maximum")} currency={search.currency} value={search.maximum} onChange={(maximum) => (maximum === "" || /^\d+(\.\d+)?$/.test(maximum)) && onChange({ ...search, maximum })} />
              <NativeSelect aria-label={t("filters.currency")} data={currencies} value={search.currency} onChange={(event) => onChange({ ...search, currency: event.currentTarget.value })} />
            </div>
          ) : (
            <Text size="sm" c="dimmed">{t("filters.maximum.hint")}</Text>
          )}
        </fieldset>
        {FACETS.map((field) => <Values key={field} field={field} search={search} facets={facets} onChange={onChange} />)}
        {RANGES.map((field) => <Range key={field} field={field} search={search} onChange={onChange} />)}
      </div>
    </Drawer>
  );
}

const ANY = { min: null, max: null };

function Values({ field, search, facets, onChange }: { field: FacetField; search: Search; facets: Facets; onChange: Props["onChange"] }) {
  const t = useBrands();
  const chosen = search.facets[field];
  const counted = facets.find((facet) => facet.field === field)?.values ?? [];
  const values = [...counted, ...chosen.filter((value) => !counted.some((each) => each.value === value)).map((value) => ({ value, count: 0 }))];
  const toggle = (value: string, on: boolean) => onChange({ ...search, facets: { ...search.facets, [field]: on ? [...chosen, value] : chosen.filter((each) => each !== value) } });
  if (!values.length) return null;
  return (
    <fieldset>
      <legend>{t(`facet.${field}`)}</legend>
      <div className={css.values}>
        {values.map(({ value, count }) => (
          <Checkbox key={value} className={css.value} checked={chosen.includes(value)} onChange={(event) => toggle(value, event.currentTarget.checked)} label={<>{value} <small>{count}</small></>} />
        ))}
      </div>
    </fieldset>
  );
}

function Range({ field, search, onChange }: { field: RangeField; search: Search; onChange: Props["onChange"] }) {
  const t = useBrands();
  const range = search.ranges[field];
  const end = (which: "min" | "max") => (
    <TextInput
      aria-label={t(which === "min" ? "range.from" : "range.to", { what: t(`range.${field}`) })}
      placeholder={t(which === "min" ? "range.min" : "range.max")}
      inputMode="numeric"
      value={range[which] === null ? "" : String(range[which])}
      onChange={(event) => {
        const typed = event.currentTarget.value.replace(/\D/g, "").slice(0, 3);
        onChange({ ...search, ranges: { ...search.ranges, [field]: { ...range, [which]: typed ? Number(typed) : null } } });
      }}
    />
  );
  return (
    <fieldset>
      <legend>{t(`range.${field}`)}</legend>
      <div className={css.pair}>{end("min")}{end("max")}</div>
    </fieldset>
  );
}

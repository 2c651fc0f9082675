/** What is searched for, as an address holds it: a search can be shared, and Back goes back in it. */
import type { Exclusivity, Industry, TwinFilter, TwinOrder } from "../gql/graphql";
import type { Chosen } from "../shared/components/RightsPicker";
import { addDays, today } from "../shared/dates";
import market from "../shared/market.json";
import currencies from "../shared/currencies.json";

export const RANGES = ["heightCm", "bustCm", "waistCm", "hipsCm"] as const;
export const FACETS = ["tags", "hairColour", "eyeColour"] as const;
export type RangeField = (typeof RANGES)[number];
export type FacetField = (typeof FACETS)[number];

export interface Search {
  words: string;
  rights: Chosen | null;
  /** Of the rights, in `currency`; "" for any. */
  maximum: string;
  currency: string;
  order: TwinOrder | null;
  facets: Record<FacetField, string[]>;
  ranges: Record<RangeField, { min: number | null; max: number | null }>;
}

const ORDERS: readonly string[] = ["NEWEST", "NAME", "PRICE_ASC", "PRICE_DESC", "RELEVANCE"];
const SEPARATOR = "~";
const DAY = /^\d{4}-\d\d-\d\d$/;
const NAMES: Record<FacetField | RangeField, string> = { tags: "tag", hairColour: "hair", eyeColour: "eyes", heightCm: "height", bustCm: "bust", waistCm: "waist", hipsCm: "hips" };

const among = <Each extends string>(known: readonly string[], asked: string | null): Each | null => (asked !== null && known.includes(asked) ? (asked as Each) : null);
const listed = (text: string | null) => (text ? text.split(SEPARATOR).filter(Boolean) : []);
const whole = (text: string | undefined) => (text && /^\d{1,3}$/.test(text) ? Number(text) : null);

export function rightsOf(params: URLSearchParams): Chosen | null {
  const media = listed(params.get("media")).filter((each) => market.media.includes(each)) as Chosen["media"];
  const territories = listed(params.get("in")).filter((each) => /^[A-Z_]{2,20}$/.test(each));
  const [startsOn, endsOn] = [params.get("from") ?? "", params.get("until") ?? ""];
  const industry = among<Industry>(market.industries, params.get("industry"));
  if (!media.length || !territories.length || !industry || !DAY.test(startsOn) || !DAY.test(endsOn)) return null;
  return { media, territories, industry, startsOn, endsOn, exclusivity: among<Exclusivity>(market.exclusivities, params.get("exclusivity")) ?? "NON_EXCLUSIVE" };
}

export function rightsParams(rights: Chosen | null): Record<string, string> {
  if (!rights) return {};
  const { media, territories, industry, startsOn, endsOn, exclusivity } = rights;
  return { media: media.join(SEPARATOR), in: territories.join(SEPARATOR), industry, from: startsOn, until: endsOn, ...(exclusivity === "NON_EXCLUSIVE" ? {} : { exclusivity }) };
}

export const withRights = (path: string, rights: Chosen | null) => (rights ? `${path}?${new URLSearchParams(rightsParams(rights))}` : path);

export function readSearch(params: URLSearchParams): Search {
  const range = (field: RangeField) => {
    const [min, max] = (params.get(NAMES[field]) ?? "").split("-");
    return { min: whole(min), max: whole(max) };
  };
  const currency = among<string>(currencies, params.get("currency")) ?? "EUR";
  return {
    words: params.get("q") ?? "",
    rights: rightsOf(params),
    maximum: /^\d+(\.\d+)?$/.test(params.get("max") ?? "") ? (params.get("max") as string) : "",
    currency,
    order: among<TwinOrder>(ORDERS, params.get("order")),
    facets: { tags: listed(params.get("tag")), hairColour: listed(params.get("hair")), eyeColour: listed(params.get("eyes")) },
    ranges: { heightCm: range("heightCm"), bustCm: range("bustCm"), waistCm: range("waistCm"), hipsCm: range("hipsCm") },
  };
}

export function writeSearch(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => value && params.set(name, value);
  put("q", search.words);
  for (const [name, value] of Object.entries(rightsParams(search.rights))) put(name, value);
  if (search.maximum) {
    put("max", search.maximum);
    put("currency", search.currency);
  }
  put("order", search.order ?? "");
  for (const field of FACETS) put(NAMES[field], search.facets[field].join(SEPARATOR));
  for (const field of RANGES) {
    const { min, max } = search.ranges[field];
    if (min !== null || max !== null) put(NAMES[field], `${min ?? ""}-${max ?? ""}`);
  }
  return params;
}

export function filterOf({ words, rights, maximum, currency, facets, ranges }: Search): TwinFilter {
  const filter: TwinFilter = {};
  if (words.trim()) filter.search = words.trim();
  if (rights) filter.availableFor = rights;
  if (rights && maximum) filter.maximumPrice = { amount: maximum, currency };
  for (const field of FACETS) if (facets[field].length) filter[field] = facets[field];
  for (const field of RANGES) {
    const { min, max } = ranges[field];
    if (min !== null || max !== null) filter[field] = { min, max };
  }
  return filter;
}

/** What can be asked of this search, the likeliest first. */
export const ordersOf = (search: Search): TwinOrder[] => [...(search.words.trim() ? (["RELEVANCE"] as const) : []), ...(search.rights ? (["PRICE_ASC", "PRICE_DESC"] as const) : []), "NEWEST", "NAME"];

export function orderOf(search: Search): TwinOrder {
  const possible = ordersOf(search);
  return search.order && possible.includes(search.order) ? search.order : (possible[0] as TwinOrder);
}

export const countFilters = ({ facets, ranges, maximum }: Search) =>
  FACETS.reduce((sum, field) => sum + facets[field].length, 0) + RANGES.filter((field) => ranges[field].min !== null || ranges[field].max !== null).length + (maximum ? 1 : 0);

/** Where most begin: at home, in two weeks, for thirty days. */
export function usualRights(industry: Industry, country: string): Chosen {
  const startsOn = addDays(today(), 14);
  return { media: [], territories: [country], industry, startsOn, endsOn: addDays(startsOn, 29), exclusivity: "NON_EXCLUSIVE" };
}

export const isWhole = (rights: Chosen) => rights.media.length > 0 && rights.territories.length > 0 && DAY.test(rights.startsOn) && DAY.test(rights.endsOn) && rights.startsOn <= rights.endsOn;

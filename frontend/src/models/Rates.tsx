/** A model's prices: one switch and one amount a medium, what she receives beside it, and an example licence as the market quotes it. */
import { Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { lazy, Suspense, useDeferredValue } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { Medium, ModelRatesQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Loading, NotFound, Ready } from "../shared/components/Feedback";
import { MoneyInput } from "../shared/components/MoneyInput";
import { Page, Section } from "../shared/components/Page";
import { formatBasisPoints, formatNumber } from "../shared/dates";
import market from "../shared/market.json";
import { formatMoney, modelReceives, parseAmount } from "../shared/money";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import { NoTwin, TwinChoice } from "./TwinChoice";
import { GROUPS, ORDER } from "./media";
import { useModels } from "./texts";
import css from "./models.module.css";

/** As much as a phone shows: the first to be drawn. */
const AT_FIRST = GROUPS.slice(0, 1);
const SaveBar = lazy(() => import("../shared/components/SaveBar").then((module) => ({ default: module.SaveBar })));
const RateTerms = lazy(() => import("./RateTerms").then((module) => ({ default: module.RateTerms })));
const NextStep = lazy(() => import("./NextStep").then((module) => ({ default: module.NextStep })));
const Example = lazy(() => import("./Example").then((module) => ({ default: module.Example })));

const RatesDocument = graphql(`
  query ModelRates($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        handle
        country
        mandate {
          id
          commissionBasisPoints
          agency { id name }
        }
        twins(first: 50) {
          nodes {
            id
            handle
            name
            status
            previewUrls
            rateCard {
              version
              currency
              rates { medium per30Days { amount currency } }
              territoryFactors { territory factor }
              industryExclusivityFactor
              totalExclusivityFactor
              floor { amount currency }
            }
          }
        }
      }
    }
  }
`);

const SetRatesDocument = graphql(`
  mutation SetRates($input: SetRatesInput!) {
    setRates(input: $input) {
      __typename
      ... on RatesSet {
        twin {
          id
          rateCard {
            version
            currency
            rates { medium per30Days { amount currency } }
            territoryFactors { territory factor }
            industryExclusivityFactor
            totalExclusivityFactor
            floor { amount currency }
          }
        }
      }
      ... on InvalidInput { message path }
      ... on NotAllowed { message path }
    }
  }
`);

export type RatedModel = Extract<NonNullable<ModelRatesQuery["node"]>, { __typename?: "Model" }>;
export type RatedTwin = RatedModel["twins"]["nodes"][number];

export function Rates() {
  const party = useParty();
  const [query, retry] = useQuery({ query: RatesDocument, variables: { id: party.id } });
  return (
    <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
      {({ node }) => (node?.__typename === "Model" ? <Chosen model={node} /> : <NotFound />)}
    </Ready>
  );
}

function Chosen({ model }: { model: RatedModel }) {
  const t = useModels();
  return (
    <Page title={t("rates.title")} lead={t("rates.lead")}>
      <TwinChoice twins={model.twins.nodes} screen="rates" empty={<NoTwin title={t("rates.noTwin")} hint={t("rates.noTwin.hint")} />}>
        {(twin) => <RatesForm key={twin.id} model={model} twin={twin} />}
      </TwinChoice>
    </Page>
  );
}

export interface RateValues {
  currency: string;
  rates: { medium: Medium; offered: boolean; amount: string }[];
  floor: string;
  industry: string;
  total: string;
}

function valuesOf(twin: RatedTwin): RateValues {
  const card = twin.rateCard;
  const known = new Map(card?.rates.map((rate) => [rate.medium, rate.per30Days.amount]));
  return {
    currency: card?.currency ?? "EUR",
    rates: ORDER.map((medium) => ({ medium, offered: known.has(medium), amount: known.get(medium) ?? "" })),
    floor: card?.floor.amount ?? "",
    industry: formatNumber(Number(card?.industryExclusivityFactor ?? 1.5), { maximumFractionDigits: 4 }),
    total: formatNumber(Number(card?.totalExclusivityFactor ?? 3), { maximumFractionDigits: 4 }),
  };
}

/** "1,5" and "1.5" are both 1.5; null for what is no number from 1. */
const factorOf = (typed: string) => {
  const read = typed.trim().replace(",", ".");
  return /^\d+(\.\d{1,4})?$/.test(read) && Number(read) >= 1 ? read : null;
};

const isAmount = (text: string, currency: string) => /[1-9]/.test(text) && parseAmount(text, currency) !== null;

function useRatesForm(twin: RatedTwin) {
  const t = useModels();
  return useForm<RateValues>({
    initialValues: valuesOf(twin),
    validate: {
      rates: {
        amount: (value, all, path) => (all.rates[Number(path.split(".")[1])]?.offered && !isAmount(value, all.currency) ? t("rates.needed") : null),
      },
      industry: (value) => (factorOf(value) ? null : t("rates.factor")),
      total: (value, all) => {
        const total = factorOf(value);
        const industry = factorOf(all.industry);
        if (!total) return t("rates.factor");
        return industry && Number(total) < Number(industry) ? t("rates.factor.order") : null;
      },
    },
  });
}

function inputOf(twin: RatedTwin, values: RateValues) {
  return {
    twinId: twin.id,
    currency: values.currency,
    rates: values.rates.filter((rate) => rate.offered).map(({ medium, amount }) => ({ medium, per30Days: amount })),
    territoryFactors: (twin.rateCard?.territoryFactors ?? []).map(({ territory, factor }) => ({ territory, factor })),
    industryExclusivityFactor: factorOf(values.industry) ?? "1.5",
    totalExclusivityFactor: factorOf(values.total) ?? "3",
    floor: values.floor || "0",
  };
}

/** From the mutation's input, where only what is offered is counted, to the form's own rows. */
function fieldOf(values: RateValues, path: string[]): string | null {
  const [name, place] = path;
  if (name === "rates" && place !== undefined) {
    const sent = values.rates.filter((rate) => rate.offered)[Number(place)];
    return sent ? `rates.${values.rates.indexOf(sent)}.amount` : null;
  }
  const fields: Record<string, string> = { floor: "floor", industryExclusivityFactor: "industry", totalExclusivityFactor: "total", currency: "currency" };
  return fields[name ?? ""] ?? null;
}

function RatesForm({ model, twin }: { model: RatedModel; twin: RatedTwin }) {
  const t = useModels();
  const shared = useShared();
  const form = useRatesForm(twin);
  const [save, saving] = useAction(SetRatesDocument, "RatesSet");
  const groups = useDeferredValue(GROUPS, AT_FIRST);
  const { currency } = form.values;
  const commission = model.mandate?.commissionBasisPoints ?? 0;
  const kept = (1 - market.platformFeeBasisPoints / 10_000) * (1 - commission / 10_000);
  const receive = (amount: string) => {
    const read = parseAmount(amount, currency) ?? (/^\d+(\.\d+)?$/.test(amount) ? amount : null);
    return read ? t("rates.receive", { amount: formatMoney(modelReceives({ amount: read, currency }, market.platformFeeBasisPoints, commission)) }) : "";
  };

  const submit = form.onSubmit(async (values) => {
    if (!values.rates.some((rate) => rate.offered)) return notify.bad(t("rates.one"));
    const outcome = await save({ input: inputOf(twin, values) }, { form, field: (path) => fieldOf(values, path) });
    if (!outcome.ok) return;
    form.resetDirty(values);
    notify.good(t("rates.saved"), t("rates.saved.hint"));
  });

  return (
    <form onSubmit={submit} noValidate>
      <p className={css.split}>
        {t("rates.split", {
          part: formatNumber(kept, { style: "percent", maximumFractionDigits: 1 }),
          fee: formatBasisPoints(market.platformFeeBasisPoints),
          commission: formatBasisPoints(commission),
          agency: model.mandate?.agency.name ?? "",
          hasAgency: commission > 0 ? "true" : "false",
        })}
      </p>
      <div className={css.columns}>
        <div>
          {groups.map((group) => (
            <Section key={group.name} title={t(`rates.group.${group.name}`)} aside={<Text size="sm" c="dimmed">{t("rates.unit")}</Text>}>
              <div className={css.card}>
                {group.media.map((medium) => {
                  const place = ORDER.indexOf(medium);
                  const row = form.values.rates[place]!;
                  const name = shared(`medium.${medium}` as SharedKey);
                  return (
                    <div className={css.row} key={medium}>
                      <Switch size="md" className={css.medium} label={name} {...form.getInputProps(`rates.${place}.offered`, { type: "checkbox" })} />
                      <div>
                        <MoneyInput currency={currency} aria-label={t("rates.price", { medium: name })} disabled={!row.offered} {...form.getInputProps(`rates.${place}.amount`)} />
                        <span className={css.hint}>{row.offered ? receive(row.amount) : t("rates.off")}</span>
                      </div>
                    </div>
                  );
                })}
              </div>
            </Section>
          ))}
          <Suspense fallback={<Loading rows={1} height={320} />}><RateTerms form={form} /></Suspense>
        </div>
        <aside className={css.aside}><Suspense fallback={<Loading rows={1} height={180} />}><Example twin={twin} country={model.country} stale={form.isDirty()} /></Suspense></aside>
      </div>
      {twin.status === "DRAFT" && twin.rateCard && !form.isDirty() && <Suspense fallback={null}><NextStep twin={twin} after="rates" /></Suspense>}
      {form.isDirty() && <Suspense fallback={null}><SaveBar dirty={form.isDirty()} saving={saving} save={t("rates.save")} onDiscard={() => form.reset()} /></Suspense>}
    </form>
  );
}

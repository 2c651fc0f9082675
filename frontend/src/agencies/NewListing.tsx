/** Putting rights to a twin on offer: which, how it is bid for, from what price, and when. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ListingFormat, NewListingTwinsQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { MoneyInput } from "../shared/components/MoneyInput";
import { Page } from "../shared/components/Page";
import { RightsPicker, type Chosen } from "../shared/components/RightsPicker";
import { addDays, today } from "../shared/dates";
import { parseAmount } from "../shared/money";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const TwinsDocument = graphql(`
  query NewListingTwins($id: ID!) {
    node(id: $id) {
      __typename
      ... on Agency {
        id
        roster(first: 50) { nodes { id name twins(first: 10) { nodes { id name status rateCard { currency } } } } }
      }
    }
  }
`);

const CreateListingDocument = graphql(`
  mutation CreateListing($input: CreateListingInput!) {
    createListing(input: $input) {
      __typename
      ... on ListingCreated { listing { id status } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on RightsUnavailable { code message path }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

type Agency = Extract<NonNullable<NewListingTwinsQuery["node"]>, { __typename?: "Agency" }>;
const FORMATS: ListingFormat[] = ["OPEN", "SEALED"];
const SOFT = ["0", "60", "120", "300"];

/** As an input of type datetime-local writes it: the person's own clock. */
const localMoment = (date: Date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const inDays = (count: number) => localMoment(new Date(Date.now() + count * 86_400_000));

export function NewListing() {
  const t = useAgencies();
  const party = useParty();
  const [query, retry] = useQuery({ query: TwinsDocument, variables: { id: party.id } });
  return (
    <Page title={t("listing.new")} lead={t("listing.new.lead")} narrow>
      <Link to={pathOf(party, "listings")} className={css.back}>← {t("listings.title")}</Link>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
        {({ node }) => (node?.__typename === "Agency" ? <Form agency={node} /> : <NotFound />)}
      </Ready>
    </Page>
  );
}

function useListingForm(first: string) {
  const t = useAgencies();
  const from = addDays(today(), 30);
  const rights: Chosen = { media: [], territories: [], industry: "APPAREL", startsOn: from, endsOn: addDays(from, 89), exclusivity: "NON_EXCLUSIVE" };
  return useForm({
    initialValues: { twinId: first, rights, format: "OPEN" as ListingFormat, startingPrice: "", reserve: "", opensAt: "", closesAt: inDays(7), softCloseSeconds: "120" },
    validate: {
      rights: { media: (value: Chosen["media"]) => (value.length ? null : t("listing.media.needed")), territories: (value: Chosen["territories"]) => (value.length ? null : t("propose.territories.needed")) },
      startingPrice: (value) => (/[1-9]/.test(value) && parseAmount(value, "EUR") !== null ? null : t("bid.amount.needed")),
      closesAt: (value, all) => (value && new Date(value) > new Date(all.opensAt || Date.now()) ? null : t("listing.closes.wrong")),
    },
  });
}

function Form({ agency }: { agency: Agency }) {
  const t = useAgencies();
  const party = useParty();
  const navigate = useNavigate();
  const twins = agency.roster.nodes.flatMap((model) => model.twins.nodes.filter((twin) => twin.status === "LISTED").map((twin) => ({ ...twin, model })));
  const form = useListingForm(twins[0]?.id ?? "");
  const [create, busy] = useAction(CreateListingDocument, "ListingCreated", { once: true });
  const currency = twins.find((twin) => twin.id === form.values.twinId)?.rateCard?.currency ?? "EUR";
  const errors = Object.fromEntries(Object.entries(form.errors).filter(([name]) => name.startsWith("rights.")).map(([name, told]) => [name.slice("rights.".length), String(told)]));

  const submit = form.onSubmit(async ({ startingPrice, reserve, opensAt, closesAt, softCloseSeconds, ...values }) => {
    const input = {
      ...values,
      startingPrice: { amount: startingPrice, currency },
      reserve: reserve ? { amount: reserve, currency } : null,
      opensAt: opensAt ? new Date(opensAt).toISOString() : null,
      closesAt: new Date(closesAt).toISOString(),
      softCloseSeconds: Number(softCloseSeconds),
    };
    const field = ([name, part]: string[]) => (name === "rights" ? (part ? `rights.${part}` : null) : name && name in form.values ? name : null);
    const outcome = await create({ input }, { form, field });
    if (!outcome.ok) return;
    notify.good(t("listing.made"));
    await navigate(pathOf(party, `listings/${outcome.value.listing.id}`));
  });

  if (twins.length === 0) return <Empty icon="twins" title={t("listing.noTwins")} hint={t("listing.noTwins.hint")} />;
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <NativeSelect label={t("listing.twin")} data={twins.map((twin) => ({ value: twin.id, label: `${twin.name} (${twin.model.name})` }))} {...form.getInputProps("twinId")} />
      <RightsPicker value={form.values.rights} errors={errors} onChange={(rights) => {
        form.setFieldValue("rights", rights);
        for (const name of Object.keys(errors)) form.clearFieldError(`rights.${name}`);
      }} />
      <fieldset className={css.choices}>
        <legend>{t("listing.format")}</legend>
        {FORMATS.map((format) => (
          <label key={format}>
            <input type="radio" name="format" checked={form.values.format === format} onChange={() => form.setFieldValue("format", format)} />
            <span>{t(`format.${format}`)}<small>{t(`format.${format}.hint`)}</small></span>
          </label>
        ))}
      </fieldset>
      <div className={css.pair}>
        <MoneyInput label={t("listing.starting")} currency={currency} {...form.getInputProps("startingPrice")} />
        <MoneyInput label={t("listing.reserve")} description={t("listing.reserve.hint")} currency={currency} {...form.getInputProps("reserve")} />
      </div>
      <div className={css.pair}>
        <TextInput type="datetime-local" label={t("listing.opensAt")} description={t("listing.opensAt.hint")} {...form.getInputProps("opensAt")} />
        <TextInput type="datetime-local" label={t("listing.closesAt")} description={t("listing.local", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })} {...form.getInputProps("closesAt")} />
      </div>
      {form.values.format === "OPEN" && (
        <NativeSelect label={t("listing.soft")} description={t("listing.soft.hint")} data={SOFT.map((value) => ({ value, label: t("listing.soft.seconds", { count: Number(value) }) }))} {...form.getInputProps("softCloseSeconds")} />
      )}
      <div className={css.buttons}><Button type="submit" loading={busy}>{t("listing.submit")}</Button></div>
    </form>
  );
}

/** Proposing a mandate: whom, for what commission, where and how long. She decides. */
import { Button, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useClient } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { Page } from "../shared/components/Page";
import { TerritoryPicker } from "../shared/components/TerritoryPicker";
import { addDays, today } from "../shared/dates";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useShared, useTerritoryName } from "../shared/texts";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

const FindModelDocument = graphql(`
  query FindModel($handle: String!, $search: String!) {
    model(handle: $handle) { id name handle country }
    twins(filter: { search: $search }, first: 12) { nodes { id model { id name handle country } } }
  }
`);

const ProposeDocument = graphql(`
  mutation ProposeMandate($input: ProposeMandateInput!) {
    proposeMandate(input: $input) {
      __typename
      ... on MandateProposed { mandate { id status } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

interface Model {
  id: string;
  name: string;
  handle: string;
  country: string;
}

const MOST_PERCENT = 20;
const A_YEAR = 365;

/** "17,5" and "17.5" are 1750; null for what is no percentage with at most two decimals. */
export function basisPointsOf(typed: string): number | null {
  const read = /^(\d{1,2})(?:[.,](\d{1,2}))?$/.exec(typed.trim().replace(/\s*%$/, ""));
  return read ? Number(read[1]) * 100 + Number((read[2] ?? "").padEnd(2, "0") || 0) : null;
}

export function Propose() {
  const t = useAgencies();
  const party = useParty();
  const navigate = useNavigate();
  const [propose, busy] = useAction(ProposeDocument, "MandateProposed");
  const form = useForm({
    initialValues: { modelId: "", commission: "", territories: ["WORLD"], startsOn: today(), endsOn: addDays(today(), A_YEAR * 2) },
    validate: {
      modelId: (value) => (value ? null : t("propose.model.needed")),
      commission: (value) => {
        const read = basisPointsOf(value);
        return read === null || read > MOST_PERCENT * 100 ? t("propose.commission.wrong", { most: MOST_PERCENT }) : null;
      },
      territories: (value) => (value.length ? null : t("propose.territories.needed")),
      endsOn: (value, all) => (value > all.startsOn ? null : t("propose.days.wrong")),
    },
  });
  const [model, setModel] = useState<Model | null>(null);

  const submit = form.onSubmit(async ({ commission, ...values }) => {
    const input = { ...values, agencyId: party.id, commissionBasisPoints: basisPointsOf(commission) ?? 0 };
    const field = ([name]: string[]) => (name === "commissionBasisPoints" ? "commission" : name && name in form.values ? name : null);
    const outcome = await propose({ input }, { form, field });
    if (!outcome.ok) return;
    notify.good(t("propose.done", { name: model?.name ?? "" }), t("propose.done.hint"));
    await navigate(pathOf(party, "roster"));
  });

  return (
    <Page title={t("propose.title")} lead={t("propose.lead")} narrow>
      <Link to={pathOf(party, "roster")} className={css.back}>← {t("roster.title")}</Link>
      <form className={css.form} onSubmit={submit} noValidate>
        <ModelSearch chosen={model} error={form.errors.modelId} onChoose={(found) => {
          setModel(found);
          form.setFieldValue("modelId", found?.id ?? "");
        }} />
        <TextInput label={t("propose.commission")} description={t("propose.commission.hint", { most: MOST_PERCENT })} inputMode="decimal" rightSection="%" {...form.getInputProps("commission")} />
        <fieldset className={css.choices}>
          <legend>{t("propose.territories")}</legend>
          <TerritoryPicker value={form.values.territories} onChange={(territories) => form.setFieldValue("territories", territories)} />
          {form.errors.territories && <Text size="sm" c="var(--mantine-color-error)" role="alert">{form.errors.territories}</Text>}
        </fieldset>
        <div className={css.pair}>
          <TextInput type="date" label={t("propose.from")} {...form.getInputProps("startsOn")} />
          <TextInput type="date" label={t("propose.until")} description={t("propose.until.hint")} {...form.getInputProps("endsOn")} />
        </div>
        <div className={css.buttons}><Button type="submit" loading={busy}>{t("propose.submit")}</Button></div>
      </form>
    </Page>
  );
}

function ModelSearch({ chosen, error, onChoose }: { chosen: Model | null; error?: React.ReactNode; onChoose: (model: Model | null) => void }) {
  const t = useAgencies();
  const shared = useShared();
  const territory = useTerritoryName();
  const client = useClient();
  const [words, setWords] = useState("");
  const [found, setFound] = useState<Model[] | null>(null);
  const [busy, setBusy] = useState(false);

  async function search() {
    const sought = words.trim();
    if (!sought) return;
    setBusy(true);
    const { data, error: failed } = await client.query(FindModelDocument, { handle: sought.toLowerCase(), search: sought }, { requestPolicy: "network-only" }).toPromise();
    setBusy(false);
    if (!data) return notify.bad(shared("action.failed"), failed?.graphQLErrors[0]?.message ?? shared("action.noConnection"));
    const models = [...(data.model ? [data.model] : []), ...data.twins.nodes.map((twin) => twin.model)];
    setFound([...new Map(models.map((each) => [each.id, each])).values()]);
  }

  if (chosen) {
    return (
      <div className={css.choices} role="group" aria-label={t("propose.model")}>
        <label><span><strong>{chosen.name}</strong><small>{chosen.handle} · {territory(chosen.country)}</small></span><Button variant="default" onClick={() => onChoose(null)} ml="auto">{t("propose.model.other")}</Button></label>
      </div>
    );
  }
  return (
    <div className={css.choices}>
      <TextInput label={t("propose.model")} description={t("propose.model.hint")} value={words} error={error} onChange={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          void search();
        }} />
      <div><Button variant="default" loading={busy} onClick={() => void search()}>{t("propose.search")}</Button></div>
      <div aria-live="polite">
        {found?.length === 0 && <Text size="sm" c="dimmed">{t("propose.model.none")}</Text>}
        {found?.map((model) => (
          <label key={model.id}>
            <input type="radio" name="model" onChange={() => onChoose(model)} />
            <span><strong>{model.name}</strong><small>{model.handle} · {territory(model.country)}</small></span>
          </label>
        ))}
      </div>
    </div>
  );
}

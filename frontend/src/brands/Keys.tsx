/** Keys for programs: made with just what they need, shown once, with the main job ready to be copied. */
import { Button, Checkbox, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ApiScope, BrandKeysQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Once } from "../shared/components/Once";
import { Page, Section } from "../shared/components/Page";
import { useSure } from "../shared/components/useSure";
import { formatDay, formatRelative } from "../shared/dates";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { Examples } from "./Examples";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const KeysDocument = graphql(`
  query BrandKeys($id: ID!) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        industry
        apiKeys { id name prefix scopes createdAt expiresAt lastUsedAt revokedAt }
      }
    }
  }
`);

const CreateApiKeyDocument = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on ApiKeyCreated { key apiKey { id name prefix scopes createdAt expiresAt lastUsedAt revokedAt } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

const RevokeApiKeyDocument = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      __typename
      ... on ApiKeyRevoked { apiKey { id revokedAt } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Brand = Extract<NonNullable<BrandKeysQuery["node"]>, { __typename?: "Brand" }>;
type Key = Brand["apiKeys"][number];
const SCOPES: readonly ApiScope[] = ["READ", "BID", "PAY", "MANAGE"];
const LIVES = ["90", "365", ""] as const;

export function Keys() {
  const party = useParty();
  const t = useBrands();
  const [query, retry] = useQuery({ query: KeysDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  const [made, setMade] = useState<string | null>(null);
  return (
    <Page title={t("keys.title")} lead={t("keys.lead")}>
      {made && <Once title={t("keys.once")} value={made} copy={t("keys.copy")} onKept={() => setMade(null)} />}
      <Ready query={query} retry={refetch}>
        {({ node }) =>
          node?.__typename === "Brand" ? (
            <>
              <Create onMade={(key) => { setMade(key); refetch(); scrollTo(0, 0); }} />
              <Section title={t("keys.yours")}>
                {node.apiKeys.length ? <ul className={css.cards}>{node.apiKeys.map((key) => <li key={key.id}><Row apiKey={key} onChanged={refetch} /></li>)}</ul> : <Empty icon="key" title={t("keys.empty")} hint={t("keys.empty.hint")} />}
              </Section>
              <Examples apiKey={made} industry={node.industry} country={party.country} />
            </>
          ) : (
            <NotFound />
          )
        }
      </Ready>
    </Page>
  );
}

function Create({ onMade }: { onMade: (key: string) => void }) {
  const t = useBrands();
  const party = useParty();
  const [create, creating] = useAction(CreateApiKeyDocument, "ApiKeyCreated");
  const form = useForm({
    initialValues: { name: "", scopes: ["READ"] as string[], days: "365" },
    validate: { name: (name) => (name.trim() ? null : t("keys.name.missing")), scopes: (scopes) => (scopes.length ? null : t("keys.scopes.missing")) },
  });
  async function submit({ name, scopes, days }: typeof form.values) {
    const expiresAt = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null;
    const outcome = await create({ input: { partyId: party.id, name: name.trim(), scopes: scopes as ApiScope[], expiresAt } }, { form, field: ([first]) => (first === "name" || first === "scopes" ? first : null) });
    if (!outcome.ok) return;
    form.reset();
    onMade(outcome.value.key);
  }
  return (
    <form className={`${css.panel} ${css.form}`} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <TextInput label={t("keys.name")} placeholder={t("keys.name.example")} {...form.getInputProps("name")} />
      <fieldset className={css.scopes}>
        <legend>{t("keys.scopes")}</legend>
        {SCOPES.map((scope) => (
          <Checkbox key={scope} className={css.value} label={<>{t(`scope.${scope}`)} <small>{scope}</small></>} checked={form.values.scopes.includes(scope)}
            onChange={(event) => form.setFieldValue("scopes", event.currentTarget.checked ? [...form.values.scopes, scope] : form.values.scopes.filter((each) => each !== scope))} />
        ))}
        {form.errors.scopes && <Text size="sm" c="var(--mantine-color-error)" role="alert">{form.errors.scopes}</Text>}
      </fieldset>
      <NativeSelect label={t("keys.ends")} data={LIVES.map((days) => ({ value: days, label: days ? t("keys.ends.days", { count: Number(days) }) : t("keys.ends.never") }))} {...form.getInputProps("days")} />
      <div className={css.buttons}><Button type="submit" loading={creating}>{t("keys.create")}</Button></div>
    </form>
  );
}

function Row({ apiKey, onChanged }: { apiKey: Key; onChanged: () => void }) {
  const t = useBrands();
  const [revoke, revoking] = useAction(RevokeApiKeyDocument, "ApiKeyRevoked");
  const [sure, question] = useSure();
  const over = apiKey.revokedAt ?? (apiKey.expiresAt && Date.parse(apiKey.expiresAt) < Date.now() ? apiKey.expiresAt : null);
  async function end() {
    if (!(await sure({ title: t("keys.revoke.title", { name: apiKey.name }), text: t("keys.revoke.sure"), yes: t("keys.revoke") }))) return;
    const outcome = await revoke({ input: { apiKeyId: apiKey.id } });
    if (outcome.ok) notify.good(t("keys.revoked"));
    onChanged();
  }
  return (
    <div className={css.card}>
      <span>
        <strong>{apiKey.name} <code>{apiKey.prefix}…</code></strong>
        <small>{apiKey.scopes.join(", ")} · {t("keys.since", { day: formatDay(apiKey.createdAt.slice(0, 10)) })}{apiKey.expiresAt && !over && <> · {t("keys.until", { day: formatDay(apiKey.expiresAt.slice(0, 10)) })}</>}</small>
        <small>{over ? t("keys.over", { day: formatDay(over.slice(0, 10)) }) : apiKey.lastUsedAt ? t("keys.used", { moment: formatRelative(apiKey.lastUsedAt) }) : t("keys.unused")}</small>
      </span>
      {!over && <Button variant="default" loading={revoking} onClick={() => void end()} aria-label={t("keys.revoke.one", { name: apiKey.name })}>{t("keys.revoke")}</Button>}
      {question}
    </div>
  );
}

/** Addresses that are told what happens to the licences: those that there are, a new one, and its secret, shown once. */
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { LicenceActivityKind } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, Ready } from "../shared/components/Feedback";
import { Once } from "../shared/components/Once";
import { Page, Section } from "../shared/components/Page";
import { useParty } from "../shared/session";
import { KINDS, WebhookRow } from "./WebhookRow";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const WebhooksDocument = graphql(`
  query BrandWebhooks($partyId: ID!) {
    webhookEndpoints(partyId: $partyId) {
      id url kinds createdAt failingSince nextAttemptAt lastError disabledAt
      deliveries { messageId kind at statusCode error }
    }
  }
`);

const CreateWebhookDocument = graphql(`
  mutation CreateWebhook($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) {
      __typename
      ... on WebhookEndpointSaved { secret endpoint { id url } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);
export function Webhooks() {
  const t = useBrands();
  const party = useParty();
  const [query, retry] = useQuery({ query: WebhooksDocument, variables: { partyId: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Page title={t("hooks.title")} lead={t("hooks.lead")}>
      {secret && <Once title={t("hooks.once")} value={secret} copy={t("hooks.copy")} onKept={() => setSecret(null)} />}
      <Create onMade={(made) => { setSecret(made); refetch(); scrollTo(0, 0); }} />
      <Section title={t("hooks.yours")}>
        <Ready query={query} retry={refetch} rows={1}>
          {({ webhookEndpoints }) =>
            webhookEndpoints.length ? <ul className={css.cards}>{webhookEndpoints.map((endpoint) => <li key={endpoint.id}><WebhookRow endpoint={endpoint} onChanged={refetch} onSecret={setSecret} /></li>)}</ul> : <Empty icon="code" title={t("hooks.empty")} hint={t("hooks.empty.hint")} />
          }
        </Ready>
      </Section>
    </Page>
  );
}

function Create({ onMade }: { onMade: (secret: string | null) => void }) {
  const t = useBrands();
  const party = useParty();
  const [create, creating] = useAction(CreateWebhookDocument, "WebhookEndpointSaved");
  const form = useForm({ initialValues: { url: "", kinds: [] as LicenceActivityKind[] }, validate: { url: (url) => (/^https?:\/\/\S+$/.test(url.trim()) ? null : t("hooks.url.missing")) } });
  async function submit({ url, kinds }: typeof form.values) {
    const outcome = await create({ input: { partyId: party.id, url: url.trim(), licenceKinds: kinds } }, { form, field: ([first]) => (first === "url" ? "url" : null) });
    if (!outcome.ok) return;
    form.reset();
    onMade(outcome.value.secret ?? null);
  }
  return (
    <form className={`${css.panel} ${css.form}`} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <TextInput label={t("hooks.url")} placeholder="https://example.com/twinmarket" inputMode="url" {...form.getInputProps("url")} />
      <fieldset className={css.scopes}>
        <legend>{t("hooks.kinds")}</legend>
        <div className={css.values}>
          {KINDS.map((kind) => <Checkbox key={kind} className={css.value} label={t(`kind.${kind as "ACCEPTED"}`)} checked={form.values.kinds.includes(kind)} onChange={(event) => form.setFieldValue("kinds", event.currentTarget.checked ? [...form.values.kinds, kind] : form.values.kinds.filter((each) => each !== kind))} />)}
        </div>
      </fieldset>
      <div className={css.buttons}><Button type="submit" loading={creating}>{t("hooks.create")}</Button></div>
    </form>
  );
}

/** Addresses that are told what happens: made, tried, switched off and on, their secret shown once, their last messages. */
import { Button, Checkbox, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BrandWebhooksQuery, LicenceActivityKind } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { formatMoment, formatRelative } from "../shared/dates";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { CopyButton } from "./CopyButton";
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
const UpdateWebhookDocument = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(input: $input) {
      __typename
      ... on WebhookEndpointSaved { endpoint { id disabledAt } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);
const DeleteWebhookDocument = graphql(`
  mutation DeleteWebhook($input: DeleteWebhookEndpointInput!) {
    deleteWebhookEndpoint(input: $input) {
      __typename
      ... on WebhookEndpointSaved { endpoint { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);
const RotateWebhookDocument = graphql(`
  mutation RotateWebhook($input: RotateWebhookSecretInput!) {
    rotateWebhookSecret(input: $input) {
      __typename
      ... on WebhookEndpointSaved { secret endpoint { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);
const TestWebhookDocument = graphql(`
  mutation TestWebhook($input: TestWebhookEndpointInput!) {
    testWebhookEndpoint(input: $input) {
      __typename
      ... on WebhookEndpointSaved { endpoint { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Endpoint = BrandWebhooksQuery["webhookEndpoints"][number];
const KINDS: readonly LicenceActivityKind[] = ["ACCEPTED", "ACTIVATED", "PAYMENT_FAILED", "LAPSED", "SUSPENDED", "RESUMED", "ENDED", "TERMINATED", "REFUNDED", "ASSET_DECIDED", "TAKEDOWN_DUE", "TAKEDOWN_OVERDUE"];
const SOON = 3_000;

export function Webhooks() {
  const t = useBrands();
  const party = useParty();
  const [query, retry] = useQuery({ query: WebhooksDocument, variables: { partyId: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Page title={t("hooks.title")} lead={t("hooks.lead")}>
      {secret && (
        <div className={css.once} role="status">
          <strong>{t("hooks.once")}</strong>
          <code className={css.code} data-testid="secret">{secret}</code>
          <div className={css.buttons}><CopyButton value={secret} label={t("hooks.copy")} filled /><Button variant="default" onClick={() => setSecret(null)}>{t("keys.kept")}</Button></div>
        </div>
      )}
      <Create onMade={(made) => { setSecret(made); refetch(); scrollTo(0, 0); }} />
      <Section title={t("hooks.yours")}>
        <Ready query={query} retry={refetch} rows={1}>
          {({ webhookEndpoints }) =>
            webhookEndpoints.length ? <ul className={css.cards}>{webhookEndpoints.map((endpoint) => <li key={endpoint.id}><Row endpoint={endpoint} onChanged={refetch} onSecret={setSecret} /></li>)}</ul> : <Empty icon="code" title={t("hooks.empty")} hint={t("hooks.empty.hint")} />
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

function Row({ endpoint, onChanged, onSecret }: { endpoint: Endpoint; onChanged: () => void; onSecret: (secret: string | null) => void }) {
  const t = useBrands();
  const [update, updating] = useAction(UpdateWebhookDocument, "WebhookEndpointSaved");
  const [remove, removing] = useAction(DeleteWebhookDocument, "WebhookEndpointSaved");
  const [rotate, rotating] = useAction(RotateWebhookDocument, "WebhookEndpointSaved");
  const [test, testing] = useAction(TestWebhookDocument, "WebhookEndpointSaved");
  const endpointId = endpoint.id;
  const off = endpoint.disabledAt;
  const tone = off ? "idle" : endpoint.failingSince ? "bad" : "good";
  async function ping() {
    const outcome = await test({ input: { endpointId } });
    if (outcome.ok) notify.good(t("hooks.tested"), t("hooks.tested.hint"));
    onChanged();
    setTimeout(onChanged, SOON);
  }
  async function turn() {
    if (!confirm(t("hooks.rotate.sure"))) return;
    const outcome = await rotate({ input: { endpointId } });
    if (outcome.ok) onSecret(outcome.value.secret ?? null);
    scrollTo(0, 0);
  }
  async function take() {
    if (!confirm(t("hooks.delete.sure"))) return;
    await remove({ input: { endpointId } });
    onChanged();
  }
  return (
    <article className={css.panel}>
      <div className={css.panelRow}><strong className={css.address}>{endpoint.url}</strong><span className={css.state} data-tone={tone}>{t(off ? "hooks.off" : endpoint.failingSince ? "hooks.failing" : "hooks.on")}</span></div>
      <Text size="sm" c="dimmed">
        {endpoint.kinds.length ? endpoint.kinds.map((kind) => (KINDS.includes(kind as LicenceActivityKind) ? t(`kind.${kind as "ACCEPTED"}`) : kind)).join(", ") : t("hooks.all")}
      </Text>
      {endpoint.lastError && <Text size="sm">{endpoint.lastError}{endpoint.nextAttemptAt && !off && <> · {t("hooks.next", { moment: formatRelative(endpoint.nextAttemptAt) })}</>}</Text>}
      {endpoint.deliveries.length > 0 && (
        <details className={css.lines}>
          <summary>{t("hooks.deliveries")}</summary>
          <table className={css.table}>
            <tbody>{endpoint.deliveries.slice(0, 20).map((each) => <tr key={each.messageId + each.at}><th scope="row">{each.kind} <small>{formatMoment(each.at)}</small></th><td>{each.error ?? each.statusCode}</td></tr>)}</tbody>
          </table>
        </details>
      )}
      <div className={css.buttons}>
        <Button variant="default" loading={testing} onClick={() => void ping()}>{t("hooks.test")}</Button>
        <Button variant="default" loading={updating} onClick={() => void update({ input: { endpointId, enabled: Boolean(off) } }).then(onChanged)}>{t(off ? "hooks.enable" : "hooks.disable")}</Button>
        <Button variant="default" loading={rotating} onClick={() => void turn()}>{t("hooks.rotate")}</Button>
        <Button variant="default" loading={removing} onClick={() => void take()}>{t("hooks.delete")}</Button>
      </div>
    </article>
  );
}

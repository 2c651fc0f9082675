/** One address: how it stands and its last messages; tried, told again, switched off and on, given a new secret, removed. */
import { Button, NativeSelect, Text } from "@mantine/core";
import { useState } from "react";
import { graphql } from "../gql";
import type { BrandWebhooksQuery, LicenceActivityKind } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { useSure } from "../shared/components/useSure";
import { formatMoment, formatRelative } from "../shared/dates";
import { notify } from "../shared/notify";
import { useBrands } from "./texts";
import css from "./brands.module.css";

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
const ReplayWebhookDocument = graphql(`
  mutation ReplayWebhook($input: ReplayWebhookEndpointInput!) {
    replayWebhookEndpoint(input: $input) {
      __typename
      ... on WebhookEndpointSaved { endpoint { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Endpoint = BrandWebhooksQuery["webhookEndpoints"][number];
export const KINDS: readonly LicenceActivityKind[] = ["ACCEPTED", "ACTIVATED", "PAYMENT_FAILED", "LAPSED", "SUSPENDED", "RESUMED", "ENDED", "TERMINATED", "REFUNDED", "ASSET_DECIDED", "TAKEDOWN_DUE", "TAKEDOWN_OVERDUE"];
/** Milliseconds until a message was probably sent. */
const SOON = 3_000;
const HOUR = 3_600_000;
const SINCE = ["1", "24", "72"] as const;

export function WebhookRow({ endpoint, onChanged, onSecret }: { endpoint: Endpoint; onChanged: () => void; onSecret: (secret: string | null) => void }) {
  const t = useBrands();
  const [update, updating] = useAction(UpdateWebhookDocument, "WebhookEndpointSaved");
  const [remove, removing] = useAction(DeleteWebhookDocument, "WebhookEndpointSaved");
  const [rotate, rotating] = useAction(RotateWebhookDocument, "WebhookEndpointSaved");
  const [test, testing] = useAction(TestWebhookDocument, "WebhookEndpointSaved");
  const [replay, replaying] = useAction(ReplayWebhookDocument, "WebhookEndpointSaved");
  const [sure, question] = useSure();
  const [since, setSince] = useState<string | null>(null);
  const endpointId = endpoint.id;
  const off = endpoint.disabledAt;
  const [last] = endpoint.deliveries;
  const tone = off ? "idle" : endpoint.failingSince ? "bad" : "good";
  async function ping() {
    const outcome = await test({ input: { endpointId } });
    if (outcome.ok) notify.good(t("hooks.tested"), t("hooks.tested.hint"));
    onChanged();
    setTimeout(onChanged, SOON);
  }
  async function turn() {
    if (!(await sure({ title: t("hooks.rotate.title"), text: t("hooks.rotate.sure"), yes: t("hooks.rotate") }))) return;
    const outcome = await rotate({ input: { endpointId } });
    if (outcome.ok) onSecret(outcome.value.secret ?? null);
    scrollTo(0, 0);
  }
  async function tellAgain(hours: string) {
    const outcome = await replay({ input: { endpointId, since: new Date(Date.now() - Number(hours) * HOUR).toISOString() } });
    setSince(null);
    if (outcome.ok) notify.good(t("hooks.replayed"), t("hooks.tested.hint"));
    onChanged();
    setTimeout(onChanged, SOON);
  }
  async function take() {
    if (!(await sure({ title: t("hooks.delete.title"), text: t("hooks.delete.sure"), yes: t("hooks.delete") }))) return;
    await remove({ input: { endpointId } });
    onChanged();
  }
  return (
    <article className={css.panel}>
      <div className={css.panelRow}><strong className={css.address}>{endpoint.url}</strong><span className={css.state} data-tone={tone}>{t(off ? "hooks.off" : endpoint.failingSince ? "hooks.failing" : "hooks.on")}</span></div>
      <Text size="sm" c="dimmed">
        {endpoint.kinds.length ? endpoint.kinds.map((kind) => (KINDS.includes(kind as LicenceActivityKind) ? t(`kind.${kind as "ACCEPTED"}`) : kind)).join(", ") : t("hooks.all")}
      </Text>
      {last && !endpoint.lastError && <Text size="sm">{t("hooks.last", { kind: last.kind, moment: formatRelative(last.at) })}: {last.error ?? last.statusCode}</Text>}
      {endpoint.lastError && <Text size="sm">{endpoint.lastError}{endpoint.nextAttemptAt && !off && <> · {t("hooks.next", { moment: formatRelative(endpoint.nextAttemptAt) })}</>}</Text>}
      {endpoint.deliveries.length > 0 && (
        <details className={css.lines}>
          <summary>{t("hooks.deliveries")}</summary>
          <table className={css.deliveries}>
            <tbody>{endpoint.deliveries.slice(0, 20).map((each) => <tr key={each.messageId + each.at}><th scope="row">{each.kind} <small>{formatMoment(each.at)}</small></th><td>{each.error ?? each.statusCode}</td></tr>)}</tbody>
          </table>
        </details>
      )}
      <div className={css.buttons}>
        <Button variant="default" loading={testing} onClick={() => void ping()}>{t("hooks.test")}</Button>
        <Button variant="default" disabled={Boolean(off)} onClick={() => setSince(SINCE[1])}>{t("hooks.replay")}</Button>
        <Button variant="default" loading={updating} onClick={() => void update({ input: { endpointId, enabled: Boolean(off) } }).then(onChanged)}>{t(off ? "hooks.enable" : "hooks.disable")}</Button>
        <Button variant="default" loading={rotating} onClick={() => void turn()}>{t("hooks.rotate")}</Button>
        <Button variant="default" loading={removing} onClick={() => void take()}>{t("hooks.delete")}</Button>
      </div>
      {question}
      {since !== null && (
        <Sheet title={t("hooks.replay.title")} onClose={() => setSince(null)}>
          <p>{t("hooks.replay.text")}</p>
          <NativeSelect label={t("hooks.replay.since")} value={since} onChange={(event) => setSince(event.currentTarget.value)} data={SINCE.map((hours) => ({ value: hours, label: t("hooks.replay.hours", { count: Number(hours) }) }))} />
          <SheetButtons>
            <Button variant="default" onClick={() => setSince(null)}>{t("cancel")}</Button>
            <Button loading={replaying} onClick={() => void tellAgain(since)}>{t("hooks.replay.do")}</Button>
          </SheetButtons>
        </Sheet>
      )}
    </article>
  );
}

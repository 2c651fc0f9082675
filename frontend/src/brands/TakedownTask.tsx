/** What must come down, by when; and the brand's proof that it did. */
import { Button, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { Icon } from "../shared/components/Icon";
import { formatMoment, formatRelative } from "../shared/dates";
import { notify } from "../shared/notify";
import { serverNow } from "./clock";
import type { BrandLicence } from "./LicencePage";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const ConfirmTakedownDocument = graphql(`
  mutation ConfirmTakedown($input: ConfirmTakedownInput!) {
    confirmTakedown(input: $input) {
      __typename
      ... on TakedownConfirmed { takedown { id doneAt note urls overdue } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

export function TakedownTask({ takedown, onDone }: { takedown: NonNullable<BrandLicence["takedown"]>; onDone: () => void }) {
  const t = useBrands();
  const [confirmIt, confirming] = useAction(ConfirmTakedownDocument, "TakedownConfirmed");
  const form = useForm({ initialValues: { note: "", urls: "" }, validate: { note: (note) => (note.trim() ? null : t("takedown.note.missing")) } });
  async function submit({ note, urls }: typeof form.values) {
    const input = { takedownId: takedown.id, note: note.trim(), urls: urls.split(/\s+/).filter(Boolean) };
    const outcome = await confirmIt({ input }, { form, field: ([first]) => (first === "note" || first === "urls" ? first : null) });
    if (outcome.ok) notify.good(t("takedown.done"));
    onDone();
  }
  if (takedown.doneAt) {
    return <div className={css.done}><Icon name="check" /><div><strong>{t("takedown.done.at", { moment: formatMoment(takedown.doneAt) })}</strong><Text size="sm" c="dimmed">{takedown.note}</Text></div></div>;
  }
  return (
    <section className={css.takedown} data-late={takedown.overdue || undefined} aria-label={t("takedown.title")}>
      <h2>{t("takedown.title")}</h2>
      <Text>{t(`takedown.why.${takedown.reason}`)}</Text>
      <Text fw={600}>{t(takedown.overdue ? "takedown.late" : "takedown.due", { moment: formatMoment(takedown.dueAt), left: formatRelative(takedown.dueAt, serverNow()) })}</Text>
      <form className={css.form} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Textarea label={t("takedown.note")} placeholder={t("takedown.note.example")} rows={2} {...form.getInputProps("note")} />
        <Textarea label={t("takedown.urls")} description={t("takedown.urls.hint")} rows={2} {...form.getInputProps("urls")} />
        <Button type="submit" loading={confirming}>{t("takedown.confirm")}</Button>
      </form>
    </section>
  );
}

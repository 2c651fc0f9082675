/** An offer for rights of the brand's own choosing; every refusal with the way out beside it. */
import { Button, NativeSelect, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link } from "react-router";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { Icon } from "../shared/components/Icon";
import { MoneyInput } from "../shared/components/MoneyInput";
import type { Chosen } from "../shared/components/RightsPicker";
import { formatMoney, parseAmount, type Money } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { Availability, type AvailabilityShown } from "./Availability";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const MakeOfferDocument = graphql(`
  mutation MakeOffer($input: MakeOfferInput!) {
    makeOffer(input: $input) {
      __typename
      ... on BidPlaced { bid { id status amount { amount currency } } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on BidTooLow { code message path minimum { amount currency } }
      ... on RightsUnavailable {
        code message path
        availability {
          available
          obstacles { kind message media territories from until }
          alternatives { media territories industry startsOn endsOn exclusivity }
        }
      }
      ... on PaymentProblem { code message path nextActionUrl }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

interface Props {
  twin: { id: string; name: string; model: { name: string } };
  rights: Chosen;
  price: Money;
  floor: Money | null;
  canPay: boolean;
  onPick: (rights: Chosen) => void;
  onClose: () => void;
}

const DAYS = ["3", "7", "14", "30"] as const;

export function Offer({ twin, rights, price, floor, canPay, onPick, onClose }: Props) {
  const t = useBrands();
  const party = useParty();
  const [make, making] = useAction(MakeOfferDocument, "BidPlaced", { once: true });
  const [made, setMade] = useState<Money | null>(null);
  const [taken, setTaken] = useState<AvailabilityShown | null>(null);
  const [minimum, setMinimum] = useState<Money | null>(null);
  const [unpaid, setUnpaid] = useState<{ message: string; url?: string | null } | null>(null);
  const form = useForm({
    initialValues: { amount: price.amount, intendedUse: "", days: "7" },
    validate: {
      amount: (amount) => (parseAmount(amount, price.currency) ? null : t("offer.amount.missing")),
      intendedUse: (use) => (use.trim().length >= 10 ? null : t("offer.use.missing")),
    },
  });

  async function submit({ amount, intendedUse, days }: typeof form.values) {
    setTaken(null);
    setMinimum(null);
    setUnpaid(null);
    const expiresAt = new Date(new Date().setHours(24 * Number(days), 0, 0, 0)).toISOString();
    const input = { brandId: party.id, twinId: twin.id, rights, amount: { amount, currency: price.currency }, intendedUse: intendedUse.trim(), expiresAt };
    const outcome = await make({ input }, { form, quiet: ["BidTooLow", "RightsUnavailable", "PaymentProblem"], field: ([first]) => (first === "amount" || first === "intendedUse" ? first : null) });
    if (outcome.ok) return setMade(outcome.value.bid.amount);
    const { refusal } = outcome;
    if (refusal?.__typename === "BidTooLow") {
      setMinimum(refusal.minimum);
      form.setFieldError("amount", t("offer.tooLow", { minimum: formatMoney(refusal.minimum) }));
    }
    if (refusal?.__typename === "RightsUnavailable") setTaken(refusal.availability as AvailabilityShown);
    if (refusal?.__typename === "PaymentProblem") setUnpaid({ message: refusal.message, url: refusal.nextActionUrl ?? null });
  }

  if (made) {
    return (
      <div className={css.done} role="status">
        <Icon name="check" />
        <div><strong>{t("offer.made", { price: formatMoney(made) })}</strong><Text size="sm" c="dimmed">{t("offer.made.hint", { name: twin.model.name.split(" ")[0] ?? twin.model.name })}</Text></div>
        <Button component={Link} to={pathOf(party, "bids")} variant="default">{t("offer.see")}</Button>
      </div>
    );
  }
  return (
    <form className={css.form} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      {!canPay && <NoPayment />}
      <MoneyInput label={t("offer.amount")} description={floor ? t("offer.amount.hint", { price: formatMoney(price), floor: formatMoney(floor) }) : undefined} currency={price.currency} {...form.getInputProps("amount")} />
      {minimum && <Button variant="default" onClick={() => { form.setFieldValue("amount", minimum.amount); form.clearErrors(); setMinimum(null); }}>{t("offer.takeMinimum", { minimum: formatMoney(minimum) })}</Button>}
      <Textarea label={t("offer.use")} description={t("offer.use.hint")} placeholder={t("offer.use.example")} rows={3} {...form.getInputProps("intendedUse")} />
      <NativeSelect label={t("offer.expires")} data={DAYS.map((days) => ({ value: days, label: t("offer.expires.days", { count: Number(days) }) }))} {...form.getInputProps("days")} />
      {taken && <Availability asked={rights} is={taken} onPick={(next) => { setTaken(null); onPick(next); }} />}
      {unpaid && <NoPayment message={unpaid.message} url={unpaid.url ?? null} />}
      <Text size="sm" c="dimmed">{t("offer.binding")}</Text>
      <div className={css.buttons}><Button variant="default" onClick={onClose}>{t("cancel")}</Button><Button type="submit" loading={making}>{t("offer.send")}</Button></div>
    </form>
  );
}

/** Nothing can be bid without a way to pay; here is where one is put on file. */
export function NoPayment({ message, url }: { message?: string; url?: string | null }) {
  const t = useBrands();
  const party = useParty();
  return (
    <div className={css.notice} role="alert">
      <Icon name="card" />
      <span>{message ?? t("payment.needed")}</span>
      {url ? <Button component="a" href={url} variant="default">{t("payment.goOn")}</Button> : <Button component={Link} to={pathOf(party, "payment")} variant="default">{t("payment.add")}</Button>}
    </div>
  );
}

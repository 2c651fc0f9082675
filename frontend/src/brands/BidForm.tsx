/** A bid on a listing: the most one would pay (nobody learns it), what it is for, and every refusal with its way out. */
import { Button, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { Icon } from "../shared/components/Icon";
import { MoneyInput } from "../shared/components/MoneyInput";
import { formatMoney, parseAmount, type Money } from "../shared/money";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import type { AuctionListing, OwnBid } from "./Auction";
import { NoPayment } from "./Offer";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const PlaceBidDocument = graphql(`
  mutation PlaceBid($input: PlaceBidInput!) {
    placeBid(input: $input) {
      __typename
      ... on BidPlaced {
        bid {
          id
          status
          leading
          amount { amount currency }
          maximum { amount currency }
          listing { id status closesAt bidCount reserveMet currentPrice { amount currency } minimumBid { amount currency } }
        }
      }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on BidTooLow { code message path minimum { amount currency } }
      ... on RightsUnavailable { code message path availability { available } }
      ... on PaymentProblem { code message path nextActionUrl }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

interface Props {
  listing: AuctionListing;
  own: OwnBid | undefined;
  canPay: boolean;
  onPlaced: () => void;
}

export function BidForm({ listing, own, canPay, onPlaced }: Props) {
  const t = useBrands();
  const party = useParty();
  const { currency } = listing.minimumBid;
  const [place, placing] = useAction(PlaceBidDocument, "BidPlaced", { once: true });
  const [minimum, setMinimum] = useState<Money | null>(null);
  const [unpaid, setUnpaid] = useState<{ message: string; url: string | null } | null>(null);
  const [taken, setTaken] = useState<string | null>(null);
  const isOpen = listing.format === "OPEN";
  const form = useForm({
    initialValues: { amount: "", intendedUse: own?.intendedUse ?? "" },
    validate: {
      amount: (amount) => (parseAmount(amount, currency) ? null : t("offer.amount.missing")),
      intendedUse: (use) => (use.trim().length >= 10 ? null : t("offer.use.missing")),
    },
  });

  async function submit({ amount, intendedUse }: typeof form.values) {
    setMinimum(null);
    setUnpaid(null);
    setTaken(null);
    const input = { brandId: party.id, listingId: listing.id, amount: { amount, currency }, intendedUse: intendedUse.trim() };
    const outcome = await place({ input }, { form, quiet: ["BidTooLow", "PaymentProblem", "RightsUnavailable"], field: ([first]) => (first === "intendedUse" ? first : first === "amount" || first === "maximum" ? "amount" : null) });
    onPlaced();
    if (outcome.ok) {
      const { bid } = outcome.value;
      form.setFieldValue("amount", "");
      if (!isOpen) return notify.good(t("bid.placed.sealed"), t("bid.placed.sealed.hint"));
      return bid.leading ? notify.good(t("bid.placed"), t("bid.placed.hint", { price: formatMoney(bid.amount) })) : notify.bad(t("bid.outbid"), t("bid.outbid.hint"));
    }
    const { refusal } = outcome;
    if (refusal?.__typename === "BidTooLow") {
      setMinimum(refusal.minimum);
      form.setFieldError("amount", t("bid.tooLow", { minimum: formatMoney(refusal.minimum) }));
    }
    if (refusal?.__typename === "PaymentProblem") setUnpaid({ message: refusal.message, url: refusal.nextActionUrl ?? null });
    if (refusal?.__typename === "RightsUnavailable") setTaken(refusal.message);
  }

  const least = own?.leading && own.maximum ? null : listing.minimumBid;
  return (
    <form className={css.form} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      {!canPay && !unpaid && <NoPayment />}
      <MoneyInput
        label={t(isOpen ? (own?.leading ? "bid.raise" : "bid.maximum") : "bid.amount")}
        description={least ? t(isOpen ? "bid.least" : "bid.least.sealed", { price: formatMoney(least) }) : t("bid.raise.hint")}
        currency={currency}
        {...form.getInputProps("amount")}
      />
      {(minimum ?? least) && (
        <Button variant="default" onClick={() => { form.setFieldValue("amount", (minimum ?? least)!.amount); form.clearFieldError("amount"); }}>
          {t("bid.takeMinimum", { price: formatMoney((minimum ?? least)!) })}
        </Button>
      )}
      <Textarea label={t("offer.use")} description={t("offer.use.hint")} placeholder={t("offer.use.example")} rows={2} {...form.getInputProps("intendedUse")} />
      {taken && <p className={css.notice} role="alert"><Icon name="warning" /><span>{taken}</span></p>}
      {unpaid && <NoPayment message={unpaid.message} url={unpaid.url} />}
      <Button type="submit" loading={placing}>{t(own?.leading && isOpen ? "bid.raise.send" : own && !isOpen ? "bid.replace" : "bid.place")}</Button>
      <Text size="sm" c="dimmed">{t("bid.binding")}</Text>
    </form>
  );
}

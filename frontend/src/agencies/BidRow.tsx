/** One bid as the seller's side sees it: who offers how much for what, with a counter-offer and a refusal. */
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { graphql } from "../gql";
import type { BidRowFragment } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { MoneyInput } from "../shared/components/MoneyInput";
import { RightsLine } from "../shared/components/RightsSummary";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment } from "../shared/dates";
import { formatMoney, parseAmount } from "../shared/money";
import { notify } from "../shared/notify";
import { useAgencies } from "./texts";
import css from "./agencies.module.css";

graphql(`
  fragment BidRow on Bid {
    id
    status
    amount { amount currency }
    counterAmount { amount currency }
    intendedUse
    createdAt
    expiresAt
    leading
    rights { media territories industry startsOn endsOn exclusivity }
    brand { id name }
    twin { id name model { id name } }
    listing { id }
    conflictsWith { id }
  }
`);

const CounterDocument = graphql(`
  mutation CounterBid($input: CounterBidInput!) {
    counterBid(input: $input) {
      __typename
      ... on BidCountered { bid { id status counterAmount { amount currency } } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const DeclineDocument = graphql(`
  mutation DeclineBid($input: DeclineBidInput!) {
    declineBid(input: $input) {
      __typename
      ... on BidDeclined { bid { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Asked = "counter" | "decline" | null;

export function BidRow({ bid, onChange }: { bid: BidRowFragment; onChange: () => void }) {
  const t = useAgencies();
  const [asked, setAsked] = useState<Asked>(null);
  const name = bid.twin.model.name;
  const isWaiting = bid.status === "PENDING" || bid.status === "COUNTERED";
  const close = () => setAsked(null);
  const done = () => {
    close();
    onChange();
  };
  return (
    <div className={css.row}>
      <span>
        <strong>{t("bid.title", { brand: bid.brand.name, twin: bid.twin.name })}</strong>
        <small><RightsLine rights={bid.rights} /></small>
        <small>{bid.intendedUse}</small>
        <small>
          {t("bid.when", { when: formatMoment(bid.createdAt) })}{bid.expiresAt && <> · {t("bid.until", { when: formatMoment(bid.expiresAt) })}</>}
          {bid.leading && <> · {t("bid.leading")}</>}
          {bid.status === "PENDING" && bid.conflictsWith.length > 0 && <> · {t("bid.conflicts", { count: bid.conflictsWith.length })}</>}
        </small>
        {isWaiting && <small>{t("bid.onlyShe", { name })}</small>}
      </span>
      <span className={css.end}>
        <span className={css.figure}><strong>{formatMoney(bid.amount)}</strong>{bid.counterAmount && <small>{t("bid.counter.made", { amount: formatMoney(bid.counterAmount) })}</small>}</span>
        <StatusBadge of="bid" is={bid.status} />
        {isWaiting && !bid.listing && <Button variant="default" onClick={() => setAsked("counter")}>{t("bid.counter")}</Button>}
        {isWaiting && <Button variant="default" onClick={() => setAsked("decline")}>{t("bid.decline")}</Button>}
      </span>
      {asked === "counter" && <Counter id={bid.id} offer={bid.amount} brand={bid.brand.name} onClose={close} onDone={done} />}
      {asked === "decline" && <Decline id={bid.id} brand={bid.brand.name} onClose={close} onDone={done} />}
    </div>
  );
}

interface Question {
  id: string;
  brand: string;
  onClose: () => void;
  onDone: () => void;
}

function Counter({ id, offer, brand, onClose, onDone }: Question & { offer: { amount: string; currency: string } }) {
  const t = useAgencies();
  const [counter, busy] = useAction(CounterDocument, "BidCountered");
  const [amount, setAmount] = useState("");
  const [message, setMessage] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);

  async function send() {
    if (!/[1-9]/.test(amount) || parseAmount(amount, offer.currency) === null) return setWrong(t("bid.amount.needed"));
    const form = { setFieldError: (_: string, told: string) => setWrong(told), getInputNode: () => null };
    const outcome = await counter({ input: { bidId: id, amount: { amount, currency: offer.currency }, message: message.trim() || null } }, { form, field: (path) => (path[0] === "amount" ? "amount" : null) });
    if (!outcome.ok) return;
    notify.good(t("bid.counter.done", { brand }));
    onDone();
  }

  return (
    <Sheet title={t("bid.counter.title", { brand })} onClose={onClose}>
      <div className={css.form}>
        <MoneyInput label={t("bid.counter.amount")} description={t("bid.counter.offer", { amount: formatMoney(offer) })} currency={offer.currency} value={amount} error={wrong}
          onChange={(value) => {
            setWrong(null);
            setAmount(value);
          }} />
        <Textarea label={t("bid.message")} value={message} onChange={(event) => setMessage(event.currentTarget.value)} />
      </div>
      <SheetButtons>
        <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
        <Button loading={busy} onClick={() => void send()}>{t("bid.counter.submit")}</Button>
      </SheetButtons>
    </Sheet>
  );
}

function Decline({ id, brand, onClose, onDone }: Question) {
  const t = useAgencies();
  const [decline, busy] = useAction(DeclineDocument, "BidDeclined");
  const [reason, setReason] = useState("");

  async function send() {
    const outcome = await decline({ input: { bidId: id, reason: reason.trim() || null } });
    if (!outcome.ok) return onClose();
    notify.good(t("bid.decline.done", { brand }));
    onDone();
  }

  return (
    <Sheet title={t("bid.decline.title", { brand })} onClose={onClose}>
      <p>{t("bid.decline.text")}</p>
      <Textarea label={t("bid.reason")} description={t("bid.reason.hint")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <SheetButtons>
        <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
        <Button color="red.8" loading={busy} onClick={() => void send()}>{t("bid.decline.sure")}</Button>
      </SheetButtons>
    </Sheet>
  );
}

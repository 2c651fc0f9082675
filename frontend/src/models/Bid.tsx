/** One bid: what is asked, what she receives, what it excludes, the exact text that she would sign; and her answer. */
import { Button, Text, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelBidQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { MoneyInput } from "../shared/components/MoneyInput";
import { Page, Section } from "../shared/components/Page";
import { RightsLine, RightsSummary } from "../shared/components/RightsSummary";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { SharesList } from "../shared/components/SharesList";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatRelative } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useShared } from "../shared/texts";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const BidDocument = graphql(`
  query ModelBid($id: ID!) {
    node(id: $id) {
      __typename
      ... on Bid {
        id
        status
        amount { amount currency }
        counterAmount { amount currency }
        intendedUse
        expiresAt
        twinVersion
        brand { id name country industry }
        twin { id name handle }
        listing { id format status closesAt }
        rights { media territories industry startsOn endsOn exclusivity }
        shares { role basisPoints amount { amount currency } party { id name } }
        consentDocument { text digest policyVersion }
        conflictsWith {
          id
          amount { amount currency }
          brand { id name }
          rights { media territories industry startsOn endsOn exclusivity }
        }
        licence { id number status }
      }
    }
  }
`);

const AcceptDocument = graphql(`
  mutation AcceptBid($input: AcceptBidInput!) {
    acceptBid(input: $input) {
      __typename
      ... on BidAccepted { licence { id number status } }
      ... on ConsentOutdated { code message path current { text digest policyVersion } }
      ... on RightsUnavailable { code message path }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on IdempotencyConflict { code message path }
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

type Bid = Extract<NonNullable<ModelBidQuery["node"]>, { __typename?: "Bid" }>;

export function BidDetail() {
  const { bid: id = "" } = useParams();
  const [query, retry] = useQuery({ query: BidDocument, variables: { id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch} rows={6}>
      {({ node }) => (node?.__typename === "Bid" ? <Loaded bid={node} refetch={refetch} /> : <NotFound />)}
    </Ready>
  );
}

type Step = "sign" | "counter" | "decline" | null;

function Loaded({ bid, refetch }: { bid: Bid; refetch: () => void }) {
  const t = useModels();
  const party = useParty();
  const [step, setStep] = useState<Step>(null);
  const mine = bid.shares.find((share) => share.role === "MODEL");
  const open = bid.listing?.format === "OPEN" && bid.listing.status === "OPEN";
  return (
    <Page
      narrow
      title={t("bid.title", { brand: bid.brand.name, name: bid.twin.name })}
      lead={<><StatusBadge of="bid" is={bid.status} />{bid.status === "PENDING" && bid.expiresAt ? ` · ${t("bids.expires", { when: formatRelative(bid.expiresAt) })}` : ""}</>}
    >
      <section className={css.worth} aria-label={t("bid.worth")}>
        <div><span>{t("bid.offers")}</span><strong>{formatMoney(bid.amount)}</strong></div>
        {mine && <div><span>{t("bid.youReceive")}</span><strong data-mine>{formatMoney(mine.amount)}</strong></div>}
      </section>
      {bid.counterAmount && <Text className={css.note}>{t("bid.countered", { amount: formatMoney(bid.counterAmount) })}</Text>}
      {bid.licence && <Text className={css.note}><Link to={pathOf(party, `licences/${encodeURIComponent(bid.licence.id)}`)}>{t("bid.licence", { number: bid.licence.number })}</Link></Text>}
      <Section title={t("bid.use")}><p className={css.quote}>{bid.intendedUse}</p></Section>
      <Section title={t("bid.rights")}><div className={css.card}><RightsSummary rights={bid.rights} /></div></Section>
      <Section title={t("bid.shares")}><div className={css.card}><SharesList price={bid.amount} shares={bid.shares} mine={party.id} /></div></Section>
      {bid.conflictsWith.length > 0 && (
        <Section title={t("bid.conflicts")}>
          <Text size="sm" c="dimmed" mb="sm">{t("bid.conflicts.hint")}</Text>
          <ul className={css.todos}>
            {bid.conflictsWith.map((other) => (
              <li key={other.id}>
                <Link to={pathOf(party, `bids/${encodeURIComponent(other.id)}`)}>
                  <span className={css.todoIcon}><Icon name="warning" /></span>
                  <span><strong>{other.brand.name}, {formatMoney(other.amount)}</strong><small><RightsLine rights={other.rights} /></small></span>
                  <Icon name="chevron" size={18} />
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t("bid.document")}>
        <Text size="sm" c="dimmed" mb="sm">{t("bid.document.hint")}</Text>
        <details className={css.document}><summary>{t("bid.document.read")}</summary><pre>{bid.consentDocument.text}</pre><code>SHA-256 {bid.consentDocument.digest}</code></details>
      </Section>
      {bid.status === "PENDING" && (
        <div className={css.answer} role="group" aria-label={t("bid.answer")}>
          {open ? (
            <Text size="sm">{t("bid.stillOpen", { when: bid.listing ? formatRelative(bid.listing.closesAt) : "" })}</Text>
          ) : (
            <>
              <Button variant="default" onClick={() => setStep("decline")}>{t("bid.decline")}</Button>
              {!bid.listing && <Button variant="default" onClick={() => setStep("counter")}>{t("bid.counter")}</Button>}
              <Button onClick={() => setStep("sign")}>{t("bid.accept")}</Button>
            </>
          )}
        </div>
      )}
      {step === "sign" && <Sign bid={bid} close={() => setStep(null)} refetch={refetch} />}
      {step === "counter" && <Counter bid={bid} close={() => setStep(null)} />}
      {step === "decline" && <Decline bid={bid} close={() => setStep(null)} />}
    </Page>
  );
}

/** Her name under the very text that is on the screen. If it changed meanwhile, she reads the new one first. */
function Sign({ bid, close, refetch }: { bid: Bid; close: () => void; refetch: () => void }) {
  const t = useModels();
  const shared = useShared();
  const party = useParty();
  const navigate = useNavigate();
  const [document, setDocument] = useState(bid.consentDocument);
  const [changed, setChanged] = useState(false);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [accept, accepting] = useAction(AcceptDocument, "BidAccepted", { once: true });
  const matches = name.trim().toLocaleLowerCase() === party.name.toLocaleLowerCase();

  async function sign(event: React.FormEvent) {
    event.preventDefault();
    if (!matches) return setProblem(t("sign.name.wrong", { name: party.name }));
    setProblem(null);
    const outcome = await accept({ input: { bidId: bid.id, consentDigest: document.digest, signature: name.trim() } }, { quiet: ["ConsentOutdated", "InvalidInput"] });
    if (outcome.ok) {
      notify.good(t("sign.done"), t("sign.done.hint", { brand: bid.brand.name }));
      return navigate(pathOf(party, `licences/${encodeURIComponent(outcome.value.licence.id)}`));
    }
    if (outcome.refusal?.__typename === "ConsentOutdated") {
      setDocument(outcome.refusal.current);
      setChanged(true);
      setName("");
    } else if (outcome.refusal?.__typename === "InvalidInput") {
      setProblem(outcome.refusal.message);
    } else {
      refetch();
      close();
    }
  }

  return (
    <Sheet onClose={close} title={t("sign.title")}>
      <form onSubmit={sign} noValidate>
        {changed && <p className={css.alert} role="alert">{t("sign.changed")}</p>}
        <pre className={css.paper} tabIndex={0} aria-label={t("bid.document")}>{document.text}</pre>
        <TextInput mt="md" label={t("sign.name", { name: party.name })} description={t("sign.name.hint")} autoComplete="name" value={name} error={problem} onChange={(event) => setName(event.currentTarget.value)} />
        <SheetButtons>
          <Button variant="default" onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" loading={accepting} disabled={!name.trim()}>{t("sign.do", { amount: formatMoney(bid.amount) })}</Button>
        </SheetButtons>
      </form>
    </Sheet>
  );
}

function Counter({ bid, close }: { bid: Bid; close: () => void }) {
  const t = useModels();
  const shared = useShared();
  const [amount, setAmount] = useState(bid.amount.amount);
  const [message, setMessage] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [counter, countering] = useAction(CounterDocument, "BidCountered");
  async function send(event: React.FormEvent) {
    event.preventDefault();
    const outcome = await counter({ input: { bidId: bid.id, amount: { amount, currency: bid.amount.currency }, message: message.trim() || null } }, { quiet: ["InvalidInput"] });
    if (outcome.ok) {
      notify.good(t("counter.done"), t("counter.done.hint", { brand: bid.brand.name }));
      close();
    } else if (outcome.refusal?.__typename === "InvalidInput") setProblem(outcome.refusal.message);
    else close();
  }
  return (
    <Sheet onClose={close} title={t("counter.title")}>
      <form onSubmit={send} noValidate>
        <Text size="sm" c="dimmed" mb="md">{t("counter.hint", { amount: formatMoney(bid.amount) })}</Text>
        <MoneyInput currency={bid.amount.currency} label={t("counter.amount")} value={amount} onChange={setAmount} error={problem} />
        <Textarea mt="md" label={t("counter.message")} autosize minRows={2} maxLength={1000} value={message} onChange={(event) => setMessage(event.currentTarget.value)} />
        <SheetButtons>
          <Button variant="default" onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" loading={countering}>{t("counter.do")}</Button>
        </SheetButtons>
      </form>
    </Sheet>
  );
}

function Decline({ bid, close }: { bid: Bid; close: () => void }) {
  const t = useModels();
  const shared = useShared();
  const [reason, setReason] = useState("");
  const [decline, declining] = useAction(DeclineDocument, "BidDeclined");
  async function send(event: React.FormEvent) {
    event.preventDefault();
    const outcome = await decline({ input: { bidId: bid.id, reason: reason.trim() || null } });
    if (outcome.ok) notify.good(t("decline.done"), t("decline.done.hint", { brand: bid.brand.name }));
    close();
  }
  return (
    <Sheet onClose={close} title={t("decline.title")}>
      <form onSubmit={send} noValidate>
        <Text size="sm" c="dimmed" mb="md">{t("decline.hint")}</Text>
        <Textarea label={t("decline.reason")} autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <SheetButtons>
          <Button variant="default" onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" color="red" loading={declining}>{t("decline.do")}</Button>
        </SheetButtons>
      </form>
    </Sheet>
  );
}

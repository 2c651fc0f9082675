/** How far a party is on its way to being paid, in three steps, and the one thing to do next. */
import { Button, Text } from "@mantine/core";
import { graphql } from "../../gql";
import type { PayeeStatus } from "../../gql/graphql";
import { useAction } from "../api/useAction";
import { useParty } from "../session";
import { useShared } from "../texts";
import { Icon } from "./Icon";
import { StatusBadge } from "./StatusBadge";
import css from "./payee.module.css";

const StartDocument = graphql(`
  mutation StartPayeeOnboarding($input: StartPayeeOnboardingInput!) {
    startPayeeOnboarding(input: $input) {
      __typename
      ... on PayeeOnboardingStarted { url }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on PaymentProblem { code message path }
    }
  }
`);

const STEPS = ["account", "details", "ready"] as const;
const DONE: Record<PayeeStatus, number> = { NOT_STARTED: 0, ONBOARDING: 1, RESTRICTED: 1, READY: 3 };

/** Stripe's words for what it wants ("individual.verification.document") are shown as words. */
const said = (requirement: string) => requirement.replace(/^(individual|company|identity|configuration)\./, "").replace(/[._]/g, " ");

export function PayeeSetup({ payee }: { payee: { status: PayeeStatus; requirements: readonly string[] } }) {
  const t = useShared();
  const party = useParty();
  const [start, starting] = useAction(StartDocument, "PayeeOnboardingStarted");
  const done = DONE[payee.status];
  async function go() {
    const outcome = await start({ input: { partyId: party.id, returnUrl: location.href } });
    if (outcome.ok) location.assign(outcome.value.url);
  }
  return (
    <section className={css.setup} aria-label={t("payee.title")} data-ready={payee.status === "READY" || undefined}>
      <div className={css.top}><strong>{t("payee.title")}</strong><StatusBadge of="payee" is={payee.status} /></div>
      <Text size="sm">{t(`payee.${payee.status}`)}</Text>
      {payee.status !== "READY" && (
        <ol className={css.steps}>
          {STEPS.map((step, place) => (
            <li key={step} data-done={place < done || undefined}>
              <span className={css.mark}>{place < done ? <Icon name="check" size={16} /> : place + 1}</span>
              {t(`payee.step.${step}`)}
            </li>
          ))}
        </ol>
      )}
      {payee.requirements.length > 0 && (
        <div>
          <Text size="sm" fw={600}>{t("payee.wants")}</Text>
          <ul className={css.wants}>{payee.requirements.map((each) => <li key={each}>{said(each)}</li>)}</ul>
        </div>
      )}
      <Button variant={payee.status === "READY" ? "default" : "filled"} loading={starting} onClick={() => void go()}>
        {t(payee.status === "NOT_STARTED" ? "payee.start" : payee.status === "READY" ? "payee.change" : "payee.continue")}
      </Button>
    </section>
  );
}

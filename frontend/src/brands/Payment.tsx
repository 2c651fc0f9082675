/** The payment of a licence: how it stands, and what the brand must do, until when. */
import { Button, Text } from "@mantine/core";
import { graphql } from "../gql";
import { useState } from "react";
import { useAction } from "../shared/api/useAction";
import { Section } from "../shared/components/Page";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment, formatRelative } from "../shared/dates";
import { formatMoney, isNothing } from "../shared/money";
import { notify } from "../shared/notify";
import { serverNow } from "./clock";
import type { BrandLicence } from "./LicencePage";
import { NoPayment } from "./Offer";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const RetryPaymentDocument = graphql(`
  mutation RetryPayment($input: RetryPaymentInput!) {
    retryPayment(input: $input) {
      __typename
      ... on PaymentRetried { payment { id status nextActionUrl failureMessage } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on PaymentProblem { code message path nextActionUrl }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

export function Payment({ licence, onChanged }: { licence: BrandLicence; onChanged: () => void }) {
  const t = useBrands();
  const { payment } = licence;
  const [retry, retrying] = useAction(RetryPaymentDocument, "PaymentRetried", { once: true });
  const [problem, setProblem] = useState<{ message: string; url: string | null } | null>(null);
  const due = (payment.status === "FAILED" || payment.status === "REQUIRES_ACTION") && licence.status === "AWAITING_PAYMENT";
  async function again() {
    setProblem(null);
    const outcome = await retry({ input: { licenceId: licence.id } }, { quiet: ["PaymentProblem"] });
    if (outcome.ok) notify.good(t("payment.retried"));
    else if (outcome.refusal?.__typename === "PaymentProblem") setProblem({ message: outcome.refusal.message, url: outcome.refusal.nextActionUrl ?? null });
    onChanged();
  }
  return (
    <Section title={t("payment.title")} aside={<StatusBadge of="payment" is={payment.status} />}>
      <div className={css.panel}>
        <div className={css.panelRow}><span className={css.amount}>{formatMoney(payment.amount, { exact: true })}</span><Text size="sm" c="dimmed">{formatMoment(payment.createdAt)}</Text></div>
        {!isNothing(payment.refunded) && <Text size="sm">{t("payment.refunded", { price: formatMoney(payment.refunded, { exact: true }) })}</Text>}
        {due && (
          <div className={css.due}>
            <Text>{payment.status === "FAILED" ? (payment.failureMessage ?? t("payment.failed")) : t("payment.authenticate")}</Text>
            <Text size="sm" c="dimmed">{t("payment.due", { moment: formatMoment(payment.dueAt), left: formatRelative(payment.dueAt, serverNow()) })}</Text>
            <div className={css.buttons}>
              {payment.status === "FAILED" && <Button variant="default" loading={retrying} onClick={() => void again()}>{t("payment.retry")}</Button>}
              {payment.nextActionUrl && <Button component="a" href={payment.nextActionUrl}>{t(payment.status === "FAILED" ? "payment.other" : "payment.pay")}</Button>}
            </div>
          </div>
        )}
        {problem && <NoPayment message={problem.message} url={problem.url} />}
      </div>
    </Section>
  );
}

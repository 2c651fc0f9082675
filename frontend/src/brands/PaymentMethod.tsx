/** The way to pay: put on file at the payment service, whose page leads back here. */
import { Button, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page } from "../shared/components/Page";
import { useParty } from "../shared/session";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const CanPayDocument = graphql(`
  query CanPay($id: ID!) {
    node(id: $id) {
      __typename
      ... on Brand { id canPay }
    }
  }
`);

const StartPaymentSetupDocument = graphql(`
  mutation StartPaymentSetup($input: StartPaymentSetupInput!) {
    startPaymentSetup(input: $input) {
      __typename
      ... on PaymentSetupStarted { url }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on PaymentProblem { code message path nextActionUrl }
    }
  }
`);

const EVERY = 1_500;
const AT_MOST = 30_000;

export function PaymentMethod() {
  const t = useBrands();
  const party = useParty();
  const [params, setParams] = useSearchParams();
  const returned = params.has("returned");
  const [waited, setWaited] = useState(false);
  const [query, retry] = useQuery({ query: CanPayDocument, variables: { id: party.id } });
  const [start, starting] = useAction(StartPaymentSetupDocument, "PaymentSetupStarted");
  const canPay = query.data?.node?.__typename === "Brand" && query.data.node.canPay;
  const waiting = returned && !canPay && !waited;

  // The payment service tells the market, not the browser: its word may come a little after the person.
  useEffect(() => {
    if (!waiting) return;
    const asking = setInterval(() => retry({ requestPolicy: "network-only" }), EVERY);
    const giveUp = setTimeout(() => setWaited(true), AT_MOST);
    return () => {
      clearInterval(asking);
      clearTimeout(giveUp);
    };
  }, [waiting, retry]);

  async function go() {
    const outcome = await start({ input: { brandId: party.id, returnUrl: `${location.origin}${location.pathname}?returned` } });
    if (outcome.ok) location.assign(outcome.value.url);
  }

  return (
    <Page title={t("method.title")} lead={t("method.lead")} narrow>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={1}>
        {({ node }) =>
          node?.__typename === "Brand" ? (
            <div className={css.panel}>
              <p className={css.free} data-tone={canPay ? "good" : "bad"} role="status"><Icon name={canPay ? "check" : "card"} />{t(waiting ? "method.waiting" : canPay ? "method.there" : returned ? "method.notYet" : "method.none")}</p>
              <Text size="sm" c="dimmed">{t("method.who")}</Text>
              <div className={css.buttons}>
                {returned && <Button variant="default" onClick={() => { setParams({}); retry({ requestPolicy: "network-only" }); }}>{t("method.look")}</Button>}
                <Button loading={starting} variant={canPay ? "default" : "filled"} onClick={() => void go()}>{t(canPay ? "method.change" : "method.add")}</Button>
              </div>
            </div>
          ) : (
            <NotFound />
          )
        }
      </Ready>
    </Page>
  );
}

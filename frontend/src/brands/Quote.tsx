/** The rights one wants, what they cost line by line, whether they are free, and the offer: all beside each other. */
import { Button, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Failed } from "../shared/components/Feedback";
import { RightsPicker, type Chosen } from "../shared/components/RightsPicker";
import { RightsSummary } from "../shared/components/RightsSummary";
import { formatMoney } from "../shared/money";
import { useBrand } from "./brand";
import { Availability } from "./Availability";
import { Drawer } from "./Drawer";
import { Offer } from "./Offer";
import { isWhole, rightsParams } from "./search";
import { useBrands } from "./texts";
import type { BrandTwin } from "./TwinPage";
import css from "./brands.module.css";

const QuoteDocument = graphql(`
  query TwinQuote($handle: String!, $rights: RightsInput!) {
    twin(handle: $handle) {
      id
      quote(rights: $rights) {
        price { amount currency }
        lines { description amount { amount currency } }
      }
      availability(rights: $rights) {
        available
        obstacles { kind message media territories from until }
        alternatives { media territories industry startsOn endsOn exclusivity }
      }
    }
  }
`);

export function Quote({ twin, start }: { twin: BrandTwin; start: Chosen }) {
  const t = useBrands();
  const brand = useBrand();
  const [, setParams] = useSearchParams();
  const [rights, setRights] = useState(start);
  const [picking, setPicking] = useState(false);
  const [offering, setOffering] = useState(false);
  const [settled] = useDebouncedValue(rights, 200);
  const whole = isWhole(settled);
  const [{ data, error, fetching }, again] = useQuery({ query: QuoteDocument, variables: { handle: twin.handle, rights: settled }, pause: !whole });
  const quote = data?.twin?.quote;
  const availability = data?.twin?.availability;
  const stale = fetching || settled !== rights;
  const pick = (next: Chosen) => setRights(next);
  const done = () => {
    setPicking(false);
    if (isWhole(rights)) setParams(rightsParams(rights), { replace: true });
  };
  const price = !whole ? t("quote.incomplete") : quote ? formatMoney(quote.price) : data ? t("quote.none") : "…";
  return (
    <section className={css.quote} aria-label={t("quote.title")}>
      <div className={css.quoteHead}>
        <div><small>{t("quote.price")}</small><output className={css.price} data-stale={stale || undefined} data-testid="price">{price}</output></div>
        <Button variant="default" onClick={() => setPicking(true)}>{t("quote.change")}</Button>
      </div>
      <RightsSummary rights={rights} />
      {error && <Failed error={error} retry={() => again({ requestPolicy: "network-only" })} />}
      {quote && (
        <details className={css.lines}>
          <summary>{t("quote.lines")}</summary>
          <table className={css.table}>
            <tbody>
              {quote.lines.map((line, place) => <tr key={place}><th scope="row">{line.description}</th><td>{formatMoney(line.amount, { exact: true })}</td></tr>)}
              <tr><th scope="row">{t("quote.total")}</th><td><b>{formatMoney(quote.price, { exact: true })}</b></td></tr>
            </tbody>
          </table>
        </details>
      )}
      {availability && <Availability asked={settled} is={availability} onPick={pick} />}
      {!offering && quote && availability?.available && <Button fullWidth onClick={() => setOffering(true)}>{t("offer.begin")}</Button>}
      {data && !quote && whole && availability?.available && <Text size="sm" c="dimmed">{t("quote.none.hint")}</Text>}
      {offering && quote && <Offer key={quote.price.currency} twin={twin} rights={settled} price={quote.price} floor={twin.rateCard?.floor ?? null} canPay={brand?.canPay ?? true} onPick={pick} onClose={() => setOffering(false)} />}
      <Drawer title={t("rights.title")} open={picking} onClose={done} foot={<><Text size="sm" aria-live="polite"><b>{price}</b>{availability && whole && <> · {t(availability.available ? "availability.free" : "availability.taken")}</>}</Text><Button onClick={done}>{t("quote.done")}</Button></>}>
        <RightsPicker value={rights} onChange={setRights} />
        {availability && !availability.available && <Availability asked={settled} is={availability} onPick={pick} />}
      </Drawer>
    </section>
  );
}

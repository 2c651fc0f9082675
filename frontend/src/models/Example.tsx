/** What a brand would pay for a common licence, and who gets what of it: asked of the market, not reckoned here. */
import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { addDays, today } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { useShared, useTerritoryName, type SharedKey } from "../shared/texts";
import type { RatedTwin } from "./Rates";
import { useModels } from "./texts";
import css from "./models.module.css";

const ExampleDocument = graphql(`
  query ExampleLicence($handle: String!, $rights: RightsInput!) {
    twin(handle: $handle) {
      id
      rateCard { version }
      quote(rights: $rights) {
        price { amount currency }
        shares {
          role
          basisPoints
          amount { amount currency }
          party { id name }
        }
      }
    }
  }
`);

const DAYS = 90;
const LIKELY = ["SOCIAL_PAID", "ECOMMERCE", "SOCIAL_ORGANIC"] as const;

export function Example({ twin, country, stale }: { twin: RatedTwin; country: string; stale: boolean }) {
  const t = useModels();
  const shared = useShared();
  const territory = useTerritoryName();
  const offered = twin.rateCard?.rates.map((rate) => rate.medium) ?? [];
  const medium = LIKELY.find((each) => offered.includes(each)) ?? offered[0];
  const version = twin.rateCard?.version ?? 0;
  const rights = useMemo(() => {
    const startsOn = addDays(today(), 30);
    return { media: medium ? [medium] : [], territories: [country], industry: "APPAREL" as const, startsOn, endsOn: addDays(startsOn, DAYS - 1), exclusivity: "NON_EXCLUSIVE" as const };
  }, [medium, country]);
  // The version is no variable of the query: it makes a new context, so that a saved card is quoted anew.
  const context = useMemo(() => ({ requestPolicy: "network-only" as const, version }), [version]);
  const [{ data }] = useQuery({ query: ExampleDocument, variables: { handle: twin.handle, rights }, context, pause: !medium });
  const quote = medium ? data?.twin?.quote : undefined;

  return (
    <section className={css.example} aria-labelledby="example">
      <strong id="example">{t("rates.example")}</strong>
      {quote && medium ? (
        <>
          <p>{t("rates.example.text", { medium: shared(`medium.${medium}` as SharedKey), country: territory(country) })}</p>
          <div className={css.exampleLine}><span>{t("rates.example.price")}</span><span data-testid="example-price">{formatMoney(quote.price)}</span></div>
          <div className={css.exampleParts}>
            {quote.shares.filter((share) => share.role !== "MODEL").map((share) => (
              <div className={css.exampleLine} key={share.role}>
                <span>{share.party?.name ?? shared(`role.${share.role}`)}</span>
                <span>− {formatMoney(share.amount)}</span>
              </div>
            ))}
          </div>
          {quote.shares.filter((share) => share.role === "MODEL").map((share) => (
            <div className={css.exampleLine} key={share.role}><span>{t("rates.example.yours")}</span><strong>{formatMoney(share.amount)}</strong></div>
          ))}
          {stale && <small>{t("rates.example.stale")}</small>}
        </>
      ) : (
        <p>{t("rates.example.none")}</p>
      )}
    </section>
  );
}

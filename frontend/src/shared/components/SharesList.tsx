/** Who gets what of a price, to the last cent; one part may be hers who reads. */
import type { ShareRole } from "../../gql/graphql";
import { formatBasisPoints } from "../dates";
import { formatMoney, type Money } from "../money";
import { useShared } from "../texts";
import css from "./terms.module.css";

export interface ReadShare {
  role: ShareRole;
  basisPoints: number;
  amount: Money;
  party?: { id: string; name: string } | null;
}

export function SharesList({ price, shares, mine }: { price: Money; shares: readonly ReadShare[]; mine?: string }) {
  const t = useShared();
  return (
    <dl className={css.shares}>
      {shares.map((share, place) => (
        <div key={place} data-mine={share.party?.id === mine || undefined}>
          <dt>{share.party?.name ?? t(`role.${share.role}`)} <small>{share.party ? `${t(`role.${share.role}`)}, ` : ""}{formatBasisPoints(share.basisPoints)}</small></dt>
          <dd>{formatMoney(share.amount, { exact: true })}</dd>
        </div>
      ))}
      <div data-sum><dt>{t("shares.price")}</dt><dd>{formatMoney(price, { exact: true })}</dd></div>
    </dl>
  );
}

/** Rights in words: on one line for a list, or field by field for who must read them exactly. */
import type { Exclusivity, Industry, Medium } from "../../gql/graphql";
import { daysBetween, formatPeriod } from "../dates";
import { useShared, useTerritoryName, type SharedKey } from "../texts";
import css from "./terms.module.css";

export interface ReadRights {
  media: readonly Medium[];
  territories: readonly string[];
  industry: Industry;
  startsOn: string;
  endsOn: string;
  exclusivity: Exclusivity;
}

const SHOWN = 3;

/** "Paid social, Email +2": the first few, and how many more. */
export const few = (names: readonly string[]) => (names.length > SHOWN ? `${names.slice(0, SHOWN - 1).join(", ")} +${names.length - SHOWN + 1}` : names.join(", "));

export function RightsLine({ rights }: { rights: ReadRights }) {
  const t = useShared();
  const place = useTerritoryName();
  const media = few(rights.media.map((medium) => t(`medium.${medium}` as SharedKey)));
  const places = few(rights.territories.map(place));
  const exclusive = rights.exclusivity === "NON_EXCLUSIVE" ? [] : [t(`exclusivity.${rights.exclusivity}`)];
  return <span className={css.line}>{[media, places, formatPeriod(rights.startsOn, rights.endsOn), ...exclusive].join(" · ")}</span>;
}

export function RightsSummary({ rights }: { rights: ReadRights }) {
  const t = useShared();
  const place = useTerritoryName();
  return (
    <dl className={css.terms}>
      <div><dt>{t("rights.media")}</dt><dd>{rights.media.map((medium) => t(`medium.${medium}` as SharedKey)).join(", ")}</dd></div>
      <div><dt>{t("rights.territories")}</dt><dd>{rights.territories.map(place).join(", ")}</dd></div>
      <div><dt>{t("rights.period")}</dt><dd>{formatPeriod(rights.startsOn, rights.endsOn)} <small>({t("rights.days", { count: daysBetween(rights.startsOn, rights.endsOn) })})</small></dd></div>
      <div><dt>{t("rights.industry")}</dt><dd>{t(`industry.${rights.industry}` as SharedKey)}</dd></div>
      <div><dt>{t("rights.exclusivity")}</dt><dd>{t(`exclusivity.${rights.exclusivity}`)} <small>{t(`exclusivity.${rights.exclusivity}.hint`)}</small></dd></div>
    </dl>
  );
}

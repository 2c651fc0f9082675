/** Rights as people say them: in one line, or a row each. */
import type { Exclusivity, Industry, Medium } from "../gql/graphql";
import { daysBetween, formatPeriod } from "../shared/dates";
import { locale } from "../shared/language";
import { useShared, useTerritoryName, type SharedKey } from "../shared/texts";
import { useBrands } from "./texts";
import css from "./brands.module.css";

export interface SomeRights {
  media: Medium[];
  territories: string[];
  industry: Industry;
  startsOn: string;
  endsOn: string;
  exclusivity?: Exclusivity | null;
}

export function useRightsWords() {
  const t = useShared();
  const name = useTerritoryName();
  const list = (parts: string[]) => new Intl.ListFormat(locale(), { type: "conjunction" }).format(parts);
  const short = (parts: string[], most = 2) => (parts.length > most ? `${parts.slice(0, most).join(", ")} +${parts.length - most}` : list(parts));
  const medium = (each: Medium) => t(`medium.${each}` as SharedKey);
  return {
    media: (media: readonly Medium[]) => list(media.map(medium)),
    places: (places: readonly string[]) => list(places.map(name)),
    line: (rights: SomeRights) => [short(rights.media.map(medium)), short(rights.territories.map(name)), formatPeriod(rights.startsOn, rights.endsOn), ...(rights.exclusivity && rights.exclusivity !== "NON_EXCLUSIVE" ? [t(`exclusivity.${rights.exclusivity}`)] : [])].join(" · "),
  };
}

export function RightsSummary({ rights }: { rights: SomeRights }) {
  const t = useShared();
  const own = useBrands();
  const words = useRightsWords();
  const exclusivity = rights.exclusivity ?? "NON_EXCLUSIVE";
  return (
    <dl className={css.facts}>
      <div><dt>{t("rights.media")}</dt><dd>{words.media(rights.media)}</dd></div>
      <div><dt>{t("rights.territories")}</dt><dd>{words.places(rights.territories)}</dd></div>
      <div><dt>{own("rights.period")}</dt><dd>{formatPeriod(rights.startsOn, rights.endsOn)} <small>({t("rights.days", { count: daysBetween(rights.startsOn, rights.endsOn) })})</small></dd></div>
      <div><dt>{t("rights.industry")}</dt><dd>{t(`industry.${rights.industry}` as SharedKey)}</dd></div>
      <div><dt>{t("rights.exclusivity")}</dt><dd>{t(`exclusivity.${exclusivity}`)}</dd></div>
    </dl>
  );
}

/** Rights as people say them, in one line. */
import type { Exclusivity, Industry, Medium } from "../gql/graphql";
import { formatPeriod } from "../shared/dates";
import { locale } from "../shared/language";
import { useShared, useTerritoryName, type SharedKey } from "../shared/texts";

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

/** Whether rights are free; what stands in the way, in words; and the nearest that are free, one press away. */
import { Button } from "@mantine/core";
import type { Medium, ObstacleKind } from "../gql/graphql";
import { Icon } from "../shared/components/Icon";
import type { Chosen } from "../shared/components/RightsPicker";
import { formatDay, formatPeriod } from "../shared/dates";
import { useShared } from "../shared/texts";
import { useRightsWords } from "./RightsWords";
import { useBrands } from "./texts";
import css from "./brands.module.css";

export interface AvailabilityShown {
  available: boolean;
  obstacles: { kind: ObstacleKind; message: string; media: Medium[]; territories: string[]; from?: string | null; until?: string | null }[];
  alternatives: Chosen[];
}

export function Availability({ asked, is, onPick }: { asked: Chosen; is: AvailabilityShown; onPick: (rights: Chosen) => void }) {
  const t = useBrands();
  const words = useRightsWords();
  const difference = useDifference();
  if (is.available) return <p className={css.free} data-tone="good"><Icon name="check" size={18} />{t("availability.free")}</p>;
  return (
    <div className={css.taken} role="status">
      <p className={css.free} data-tone="bad"><Icon name="warning" size={18} />{t("availability.taken")}</p>
      <ul className={css.obstacles}>
        {is.obstacles.map((obstacle, place) => (
          <li key={place}>
            <strong>{t(`obstacle.${obstacle.kind}`)}</strong>
            <span>
              {obstacle.kind === "CONSENT" || !obstacle.media.length
                ? obstacle.message
                : [words.media(obstacle.media), words.places(obstacle.territories), obstacle.from && obstacle.until ? formatPeriod(obstacle.from, obstacle.until) : obstacle.until ? t("obstacle.until", { day: formatDay(obstacle.until) }) : ""].filter(Boolean).join(" · ")}
            </span>
          </li>
        ))}
      </ul>
      {is.alternatives.length > 0 && (
        <>
          <p className={css.instead} id="instead">{t("availability.instead")}</p>
          <div className={css.alternatives} role="group" aria-labelledby="instead">
            {is.alternatives.map((rights, place) => (
              <Button key={place} variant="default" onClick={() => onPick(rights)} classNames={{ root: css.alternative, label: css.alternativeLabel }}>{difference(asked, rights)}</Button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}

/** How one differs from the other: "From 1 to 30 July", "Only in Germany". */
function useDifference() {
  const t = useBrands();
  const shared = useShared();
  const words = useRightsWords();
  return (asked: Chosen, other: Chosen): string => {
    const same = (one: readonly string[], two: readonly string[]) => [...one].sort().join() === [...two].sort().join();
    const found: string[] = [];
    if (asked.startsOn !== other.startsOn || asked.endsOn !== other.endsOn) found.push(formatPeriod(other.startsOn, other.endsOn));
    if (!same(asked.territories, other.territories)) found.push(t("instead.places", { places: words.places(other.territories) }));
    if (!same(asked.media, other.media)) found.push(t("instead.media", { media: words.media(other.media) }));
    if (asked.exclusivity !== other.exclusivity) found.push(shared(`exclusivity.${other.exclusivity}`));
    return found.join(" · ") || words.line(other);
  };
}

/** What must stand beside a picture: territories that ask for the same words stand together. */
import { useTerritoryName } from "../texts";

interface Disclosure { territory: string; label: string; rule: string }

export function useLabels<Each extends Disclosure>(disclosures: Each[]): (Each & { places: string[] })[] {
  const name = useTerritoryName();
  const groups = new Map<string, Each & { places: string[] }>();
  for (const each of disclosures) {
    const key = each.label + each.rule;
    const group = groups.get(key) ?? { ...each, places: [] };
    group.places.push(name(each.territory));
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The territory tree: what lies in what, and the shortest way to say what was chosen. */
import places from "./places.json";

const TREE = places.tree as Record<string, string[]>;

export const WORLD = "WORLD";
export const inside = (code: string): string[] => TREE[code] ?? [];
export const isRegion = (code: string) => code in TREE;

export function countriesOf(code: string): string[] {
  return isRegion(code) ? inside(code).flatMap(countriesOf) : [code];
}

const PARENTS = new Map(Object.entries(TREE).flatMap(([region, parts]) => parts.map((part) => [part, region] as const)));

/** The place itself, and every region around it. */
export function around(code: string): string[] {
  const parent = PARENTS.get(code);
  return parent ? [code, ...around(parent)] : [code];
}

export const isChosen = (chosen: readonly string[], code: string) => around(code).some((place) => chosen.includes(place));

/** Whether something in it, but not all of it, is chosen. */
export const isPartly = (chosen: readonly string[], code: string) => !isChosen(chosen, code) && chosen.some((place) => around(place).includes(code));

/** With `code` chosen or not; a region all of whose parts are chosen is named by itself. */
export function toggle(chosen: readonly string[], code: string, on: boolean): string[] {
  const wanted = new Set(chosen.flatMap(countriesOf));
  for (const country of countriesOf(code)) wanted[on ? "add" : "delete"](country);
  return shortest(wanted, WORLD);
}

function shortest(wanted: ReadonlySet<string>, place: string): string[] {
  if (countriesOf(place).every((country) => wanted.has(country))) return [place];
  return inside(place).flatMap((part) => shortest(wanted, part));
}

/** The words that every folder needs: media, industries, territories, states, and small ones. */
import { catalogue } from "../catalogue";
import { locale } from "../language";
import { remembered } from "../remembered";
import { en } from "./en";

export const useShared = catalogue(en, { sv: () => import("./sv").then((module) => module.sv) });
export type SharedKey = keyof typeof en;

const countries = remembered((place) => new Intl.DisplayNames(place, { type: "region" }));

/** What a country or region is called: countries by Intl, regions by the catalogue. */
export function useTerritoryName() {
  const t = useShared();
  return (code: string): string => {
    const key = `territory.${code}`;
    if (key in en) return t(key as SharedKey);
    if (code.length !== 2 || code === "EU") return code;
    return countries(locale()).of(code) ?? code;
  };
}

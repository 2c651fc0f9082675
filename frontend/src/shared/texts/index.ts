/** The words that every folder needs: media, industries, territories, states, and small ones. */
import { catalogue } from "../catalogue";
import { locale } from "../language";
import { en } from "./en";

export const useShared = catalogue(en, { sv: () => import("./sv").then((module) => module.sv) });
export type SharedKey = keyof typeof en;

/** What a country or region is called: countries by Intl, regions by the catalogue. */
export function useTerritoryName() {
  const t = useShared();
  return (code: string): string => {
    const key = `territory.${code}`;
    if (key in en) return t(key as SharedKey);
    if (code.length !== 2 || code === "EU") return code;
    return new Intl.DisplayNames(locale(), { type: "region" }).of(code) ?? code;
  };
}

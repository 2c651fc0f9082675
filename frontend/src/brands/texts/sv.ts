import type { en } from "./en";

export const sv: Record<keyof typeof en, string> = {
  "tab.catalogue": "Katalog",
  "catalogue.title": "Tvillingar att licensiera",
  "catalogue.lead": "Varje tvilling här har en verklig modell bakom sig, som själv satt pris och villkor.",
  "catalogue.empty": "Ingen tvilling är på marknaden ännu",
  "catalogue.empty.hint": "Så snart en modell visar en finns den här.",
};

import type { en } from "./en";

export const sv: Record<keyof typeof en, string> = {
  "tab.roster": "Modeller",
  "roster.title": "Modeller",
  "roster.lead": "De modeller som ni företräder.",
  "roster.empty": "Ingen modell ännu",
  "roster.empty.hint": "Föreslå en modell ett uppdrag; när hon säger ja finns hon här.",
};

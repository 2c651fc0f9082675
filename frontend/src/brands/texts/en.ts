export const en = {
  "tab.catalogue": "Catalogue",
  "catalogue.title": "Twins to license",
  "catalogue.lead": "Every twin here is of a real model who set its price and its terms.",
  "catalogue.empty": "No twin is on the market yet",
  "catalogue.empty.hint": "As soon as a model lists one, you find it here.",
} as const satisfies Record<string, string>;

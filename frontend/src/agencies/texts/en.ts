export const en = {
  "tab.roster": "Roster",
  "roster.title": "Roster",
  "roster.lead": "The models whose mandate you hold.",
  "roster.empty": "Nobody on your roster yet",
  "roster.empty.hint": "Propose a mandate to a model; once she accepts, she is here.",
} as const satisfies Record<string, string>;

/** Which language people read: what they chose here, otherwise what their browser asks for. */
import { useSyncExternalStore } from "react";

export const LANGUAGES = { en: "English", sv: "Svenska" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "twinmarket-language";
const watchers = new Set<() => void>();

function chosen(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept && kept in LANGUAGES) return kept as Language;
  return navigator.language.startsWith("sv") ? "sv" : "en";
}

let current = chosen();
document.documentElement.lang = current;

export function setLanguage(language: Language) {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = current = language;
  watchers.forEach((tell) => tell());
}

export const language = () => current;

/** For Intl: the reader's own habits of that language (en-US writes dates otherwise than en-GB). */
export const locale = () => navigator.languages.find((each) => each.startsWith(current) && isTag(each)) ?? (current === "sv" ? "sv-SE" : "en-GB");

/** Some systems report tags that Intl refuses, such as en-US@posix. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export const useLanguage = () =>
  useSyncExternalStore((tell) => (watchers.add(tell), () => void watchers.delete(tell)), language);

/** Texts in catalogues, one a folder: English comes with the folder's code, another language when it is read. What takes arguments is parsed as the app is built. */
import IntlMessageFormat, { type FormatXMLElementFn, type PrimitiveType } from "intl-messageformat";
import { Fragment, use, type ReactNode } from "react";
import { type Language, locale, useLanguage } from "./language";
import { remembered } from "./remembered";

IntlMessageFormat.resolveLocale = remembered((place: string) => new Intl.Locale(place)) as typeof IntlMessageFormat.resolveLocale;

type Values = Record<string, PrimitiveType>;
type RichValues = Record<string, PrimitiveType | ReactNode | FormatXMLElementFn<ReactNode>>;

export interface Texts<Key extends string> {
  /** The text, its ICU arguments filled in: t("bids", { count: 3 }). */
  (key: Key, values?: Values): string;
  /** The same with tags: t.rich("terms", { b: (parts) => <b>{parts}</b> }). */
  rich(key: Key, values: RichValues): ReactNode;
}

export function catalogue<Key extends string>(en: Record<Key, string>, others: Record<Exclude<Language, "en">, () => Promise<Record<Key, string>>>) {
  const loading = new Map<Language, Promise<Record<Key, string>>>();
  const made = new Map<string, Texts<Key>>();

  function load(language: Exclude<Language, "en">) {
    let promise = loading.get(language);
    if (!promise) loading.set(language, (promise = others[language]()));
    return promise;
  }

  return function useTexts(): Texts<Key> {
    const language = useLanguage();
    const words = language === "en" ? en : use(load(language));
    const place = locale();
    let texts = made.get(place);
    if (!texts) made.set(place, (texts = speak(words, place)));
    return texts;
  };
}

function speak<Key extends string>(words: Record<Key, string>, place: string): Texts<Key> {
  const parsed = new Map<Key, IntlMessageFormat>();
  const find = (key: Key) => {
    let found = parsed.get(key);
    if (!found) parsed.set(key, (found = new IntlMessageFormat(words[key], place)));
    return found;
  };
  const texts = ((key: Key, values?: Values) => (typeof words[key] === "string" ? words[key] : String(find(key).format(values)))) as Texts<Key>;
  texts.rich = (key, values) => {
    const parts = find(key).format<ReactNode>(values as never);
    return Array.isArray(parts) ? parts.map((part, place) => <Fragment key={place}>{part as ReactNode}</Fragment>) : (parts as ReactNode);
  };
  return texts;
}

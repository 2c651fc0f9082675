/** Money is an exact decimal in a string, as the API writes it; it is reckoned in minor units as whole numbers. */
import { locale } from "./language";
import { remembered } from "./remembered";

export interface Money {
  amount: string;
  currency: string;
}

export const digits = remembered((currency) => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);

export function toMinor({ amount, currency }: Money): bigint {
  const places = digits(currency);
  const [whole = "0", part = ""] = amount.replace("-", "").split(".");
  const minor = BigInt(whole + part.padEnd(places, "0").slice(0, places));
  return amount.startsWith("-") ? -minor : minor;
}

export function fromMinor(minor: bigint, currency: string): Money {
  const places = digits(currency);
  const figures = (minor < 0n ? -minor : minor).toString().padStart(places + 1, "0");
  const amount = places ? `${figures.slice(0, -places)}.${figures.slice(-places)}` : figures;
  return { amount: minor < 0n ? `-${amount}` : amount, currency };
}

export const isNothing = (money: Money) => toMinor(money) === 0n;

/** €1,250 or €1,250.50: cents only where there are some, unless `exact`. */
export function formatMoney(money: Money, { exact = false }: { exact?: boolean } = {}): string {
  const isWhole = toMinor(money) % 10n ** BigInt(digits(money.currency)) === 0n;
  const options: Intl.NumberFormatOptions = { style: "currency", currency: money.currency };
  if (isWhole && !exact) options.minimumFractionDigits = 0;
  return new Intl.NumberFormat(locale(), options).format(money.amount as unknown as number);
}

const symbolIn = remembered(
  (place, currency) =>
    new Intl.NumberFormat(place, { style: "currency", currency, currencyDisplay: "narrowSymbol" })
      .formatToParts(0)
      .find((part) => part.type === "currency")?.value ?? currency,
);
export const symbol = (currency: string) => symbolIn(locale(), currency);

/**
 * What somebody typed, as the API writes it: "1.234,50", "1,234.50", "1 234,50" and "1234.5" are all 1234.50.
 * Null when it is no amount of that currency. A lone separator before three figures groups them ("1.234" is 1234).
 */
export function parseAmount(typed: string, currency: string): string | null {
  const places = digits(currency);
  const text = typed.replace(/[\s\u00a0\u202f'’]/g, "").replace(/[^\d.,]/g, (sign) => (/\p{Sc}/u.test(sign) ? "" : sign));
  if (!/^\d[\d.,]*$/.test(text)) return null;
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (last < 0) return normal(text, "", places);
  const mark = text[last] as string;
  const after = text.slice(last + 1);
  const others = text.slice(0, last);
  const grouped = after.length === 3 && (places !== 3 || others.includes(mark)) && !others.includes(mark === "." ? "," : ".");
  if (grouped || others.includes(mark)) return /^\d{1,3}([.,]\d{3})+$/.test(text) ? normal(text.replace(/[.,]/g, ""), "", places) : null;
  const whole = others.replace(/[.,]/g, "");
  if (/[.,]/.test(others) && !/^\d{1,3}([.,]\d{3})+$/.test(others)) return null;
  return after.length > places ? null : normal(whole, after, places);
}

function normal(whole: string, part: string, places: number): string {
  const figures = whole.replace(/^0+(?=\d)/, "") || "0";
  return places ? `${figures}.${part.padEnd(places, "0")}` : figures;
}

/** As a person of this locale would type it. */
export function editable(amount: string, currency: string): string {
  if (!amount) return "";
  const minimumFractionDigits = /[1-9]/.test(amount.split(".")[1] ?? "") ? digits(currency) : 0;
  return new Intl.NumberFormat(locale(), { minimumFractionDigits, maximumFractionDigits: digits(currency) }).format(amount as unknown as number);
}

const WHOLE = 10_000n;

/** The model's part of a price: a fee to the platform, the agency's commission on what remains; odd cents to the largest remainders, hers first. */
export function modelReceives(price: Money, platformFeeBps: number, commissionBps: number): Money {
  const cents = toMinor(price);
  const kept = WHOLE - BigInt(platformFeeBps);
  const weights = [kept * (WHOLE - BigInt(commissionBps)), kept * BigInt(commissionBps), BigInt(platformFeeBps) * WHOLE];
  const parts = weights.map((weight) => ({ whole: (cents * weight) / (WHOLE * WHOLE), rest: (cents * weight) % (WHOLE * WHOLE) }));
  const left = Number(cents - parts.reduce((sum, part) => sum + part.whole, 0n));
  const order = [0, 1, 2].sort((a, b) => Number(parts[b]!.rest - parts[a]!.rest) || a - b);
  return fromMinor(parts[0]!.whole + (order.slice(0, left).includes(0) ? 1n : 0n), price.currency);
}

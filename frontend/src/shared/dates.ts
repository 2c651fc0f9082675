/** Days and moments as the reader writes them. A day ("2026-06-01") has no time zone and is never shifted by one. */
import { locale } from "./language";

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

export const formatDay = (day: string, options: Intl.DateTimeFormatOptions = { dateStyle: "medium" }) =>
  new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(noon(day));

export const formatPeriod = (from: string, until: string) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).formatRange(noon(from), noon(until));

export const formatMonth = (day: string) => formatDay(day, { month: "long", year: "numeric" });

export const formatMoment = (moment: string) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;

/** "in 3 hours", "2 days ago". */
export function formatRelative(moment: string, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

export const today = () => isoDay(new Date());

export function addDays(day: string, count: number): string {
  const moved = noon(day);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

/** How many days a period has, its first and last included. */
export const daysBetween = (from: string, until: string) => Math.round((noon(until).getTime() - noon(from).getTime()) / 86_400_000) + 1;

const isoDay = (date: Date) =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale(), options).format(value);

export const formatBasisPoints = (basisPoints: number) => formatNumber(basisPoints / 10_000, { style: "percent", maximumFractionDigits: 2 });

/** The rows of the live table: what was fetched and what was told since, each thing once, the failed ones first. */
import { fromMinor, toMinor, type Money } from "../shared/money";

export interface Row {
  id: string;
  kind: "share" | "payout";
  party: { id: string; name: string } | null;
  /** Whose twin it is about; of a payout, whose bank. */
  about: string;
  amount: Money;
  status: string;
  at: string;
  licence: string | null;
  reason: string | null;
}

const FAILING = new Set(["FAILED", "HELD", "OWED"]);
export const needsSomebody = (row: Row) => FAILING.has(row.status);

/** What was fetched is as new as what was told or newer: it wins. */
export function together(fetched: readonly Row[], told: readonly Row[]): Row[] {
  const rows = new Map(told.map((row) => [row.id, row]));
  for (const row of fetched) rows.set(row.id, row);
  return [...rows.values()].sort((a, b) => Number(needsSomebody(b)) - Number(needsSomebody(a)) || (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

export interface Totals {
  currency: string;
  earned: Money;
  paidOut: Money;
  failed: Money;
}

/** By currency, to the last minor unit. */
export function totals(rows: readonly Row[]): Totals[] {
  const sums = new Map<string, { earned: bigint; paidOut: bigint; failed: bigint }>();
  for (const row of rows) {
    const sum = sums.get(row.amount.currency) ?? { earned: 0n, paidOut: 0n, failed: 0n };
    const amount = toMinor(row.amount);
    if (row.kind === "share") sum.earned += amount;
    if (row.kind === "payout" && row.status === "PAID") sum.paidOut += amount;
    if (row.kind === "payout" && row.status === "FAILED") sum.failed += amount;
    sums.set(row.amount.currency, sum);
  }
  return [...sums].sort(([a], [b]) => a.localeCompare(b)).map(([currency, sum]) => ({
    currency,
    earned: fromMinor(sum.earned, currency),
    paidOut: fromMinor(sum.paidOut, currency),
    failed: fromMinor(sum.failed, currency),
  }));
}

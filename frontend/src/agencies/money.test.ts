import { expect, test, vi } from "vitest";
import { together, totals, type Row } from "./money";

vi.mock("../shared/language", () => ({ locale: () => "en-GB" }));

const row = (id: string, part: Partial<Row> = {}): Row => ({ id, kind: "share", party: null, about: "Ada", amount: { amount: "10.10", currency: "EUR" }, status: "TRANSFERRED", at: "2026-01-01T00:00:00Z", licence: null, reason: null, ...part });

test("everything once, what was fetched wins, what failed comes first", () => {
  const rows = together([row("a", { at: "2026-01-03" }), row("b", { status: "PAID" })], [row("b", { status: "PENDING" }), row("c", { kind: "payout", status: "FAILED", at: "2025-01-01" })]);
  expect(rows.map((each) => [each.id, each.status])).toEqual([["c", "FAILED"], ["a", "TRANSFERRED"], ["b", "PAID"]]);
});

test("totals are exact, and of one currency each", () => {
  const found = totals([row("a"), row("b", { amount: { amount: "0.2", currency: "EUR" } }), row("c", { kind: "payout", status: "PAID" }), row("d", { amount: { amount: "7", currency: "JPY" } })]);
  expect(found.map((each) => [each.currency, each.earned.amount, each.paidOut.amount])).toEqual([["EUR", "10.30", "10.10"], ["JPY", "7", "0"]]);
});

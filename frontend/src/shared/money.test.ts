import { describe, expect, it, vi } from "vitest";
import { fromMinor, modelReceives, parseAmount, toMinor } from "./money";

vi.mock("./language", () => ({ locale: () => "en-GB" }));

describe("what somebody typed", () => {
  it.each([
    ["1.234,50", "EUR", "1234.50"],
    ["1,234.50", "EUR", "1234.50"],
    ["1 234,5", "EUR", "1234.50"],
    ["1.234", "EUR", "1234.00"],
    ["1.234.567", "EUR", "1234567.00"],
    ["12,5", "EUR", "12.50"],
    ["€ 260", "EUR", "260.00"],
    ["007", "EUR", "7.00"],
    ["1.234", "KWD", "1.234"],
    ["1.234", "JPY", "1234"],
  ])("%s %s is %s", (typed, currency, amount) => expect(parseAmount(typed, currency)).toBe(amount));

  it.each([["a lot", "EUR"], ["1.2.3", "EUR"], ["12.345.6", "EUR"], ["1.25", "JPY"], ["", "EUR"], ["-5", "EUR"], ["1,2345", "EUR"]])("%s %s is no amount", (typed, currency) =>
    expect(parseAmount(typed, currency)).toBeNull());
});

describe("minor units", () => {
  it.each([["1250.00", "EUR", 125000n], ["7", "JPY", 7n], ["0.001", "KWD", 1n], ["-0.05", "EUR", -5n]])("%s %s", (amount, currency, minor) => {
    expect(toMinor({ amount, currency })).toBe(minor);
    expect(toMinor(fromMinor(minor, currency))).toBe(minor);
  });
});

describe("what the model receives", () => {
  it.each([
    ["1403.37", 2000, "954.29"],
    ["1234.57", 0, "1049.38"],
    ["0.01", 2000, "0.01"],
    ["100.00", 1800, "69.70"],
  ])("of %s with %i basis points to the agency is %s", (amount, commission, hers) =>
    expect(modelReceives({ amount, currency: "EUR" }, 1500, commission).amount).toBe(hers));
});

import { describe, expect, it } from "vitest";
import { countriesOf, isChosen, isPartly, toggle, WORLD } from "./territories";

describe("territories", () => {
  it("names a region once all of it is chosen", () => expect(toggle(["DE", "AT"], "CH", true)).toEqual(["DACH"]));
  it("names the rest once one is taken out", () => expect(toggle(["DACH"], "CH", false).sort()).toEqual(["AT", "DE"]));
  it("knows what lies in what", () => {
    expect(isChosen(["EUROPE"], "SE")).toBe(true);
    expect(isChosen(["SE"], "EUROPE")).toBe(false);
    expect(isPartly(["SE"], "EUROPE")).toBe(true);
    expect(isPartly(["SE"], "ASIA")).toBe(false);
  });
  it("counts every country once", () => {
    const all = countriesOf(WORLD);
    expect(new Set(all).size).toBe(all.length);
    expect(toggle(["EUROPE"], WORLD, true)).toEqual([WORLD]);
  });
});

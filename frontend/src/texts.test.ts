import IntlMessageFormat from "intl-messageformat";
import { describe, expect, it } from "vitest";

const catalogues = import.meta.glob<Record<string, Record<string, string>>>("./*/texts/{en,sv}.ts", { eager: true });
const folders = Object.keys(catalogues).filter((path) => path.endsWith("/en.ts")).map((path) => path.replace("/en.ts", ""));

/** The arguments of a message, tags included. */
function argumentsOf(text: string): string[] {
  const found = new Set<string>();
  const walk = (parts: unknown[]) => {
    for (const part of parts as { type: number; value?: string; options?: Record<string, { value: unknown[] }>; children?: unknown[] }[]) {
      if (part.type !== 0 && part.type !== 7 && part.value) found.add(part.value);
      Object.values(part.options ?? {}).forEach((option) => walk(option.value));
      walk(part.children ?? []);
    }
  };
  walk(new IntlMessageFormat(text, "en").getAst());
  return [...found].sort();
}

describe.each(folders)("%s", (folder) => {
  const en = catalogues[`${folder}/en.ts`]!.en!;
  const sv = catalogues[`${folder}/sv.ts`]!.sv!;

  it("says everything in both languages", () => {
    expect(Object.keys(en).length).toBeGreaterThan(0);
    expect(Object.keys(sv).sort()).toEqual(Object.keys(en).sort());
    expect(Object.entries({ ...en, ...sv }).filter(([, text]) => !text.trim())).toEqual([]);
  });

  it.each(Object.keys(en))("%s takes the same arguments in both", (key) => expect(argumentsOf(sv[key]!)).toEqual(argumentsOf(en[key]!)));
});

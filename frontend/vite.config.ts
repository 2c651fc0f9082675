import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, visit } from "graphql";
import IntlMessageFormat from "intl-messageformat";
import { defineConfig, type Plugin } from "vite";

const api = process.env.API ?? "http://127.0.0.1:8000";
/** What the server answers itself; all else are the app's addresses. */
const API = ["/session", "/accounts", "/members", "/passkeys", "/password", "/portraits", "/pay/", "/statements/", "/exports/", "/uploads/", "/files/", "/documents/", "/certificates/", "/.well-known"];
const port = Number(process.env.WEB_PORT ?? 5173);

/** Packs every file of text once, so that the server never has to. */
function packed(): Plugin {
  let folder = "dist";
  return {
    name: "packed",
    apply: "build",
    configResolved: (config) => void (folder = join(config.root, config.build.outDir.startsWith("/") ? "" : config.build.outDir)),
    writeBundle(options) {
      const assets = join(options.dir ?? folder, "assets");
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css|svg|json)$/.test(name)) continue;
        const text = readFileSync(join(assets, name));
        if (text.length < 1000) continue;
        writeFileSync(join(assets, `${name}.gz`), gzipSync(text, { level: 9 }));
        const quality = text.length > 1_000_000 ? 9 : 11;
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
      }
    },
  };
}

/** What every screen stands on, and what most of them use: apart, it would be forty files. */
const GROUND = /node_modules\/(react|react-dom|scheduler|react-router|urql|@urql|wonka|@0no-co|intl-messageformat|@formatjs)\//;
const KIT = /node_modules\/(@mantine|clsx|klona)\/|src\/shared\/(?!texts\/|places)/;

const ASKED = /\bgraphql\(`([^`]*)`\)/g;

/** Every fragment of the app's sources, by its name. */
function fragments(folder: string): Map<string, FragmentDefinitionNode> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith("gql"));
  const texts = files.flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(ASKED)].map((found) => found[1] as string));
  const defined = texts.filter((text) => /\bfragment\b/.test(text)).flatMap((text) => parse(text, { noLocation: true }).definitions);
  return new Map(defined.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]));
}

/** The document, with every fragment that it needs. */
function whole(text: string, known: Map<string, FragmentDefinitionNode>): DocumentNode {
  const document = parse(text, { noLocation: true });
  const definitions = [...document.definitions];
  const has = new Set(definitions.map((each) => ("name" in each ? each.name?.value : undefined)));
  for (const definition of definitions) {
    visit(definition, {
      FragmentSpread({ name }) {
        const needed = known.get(name.value);
        if (needed && !has.has(name.value)) definitions.push(needed);
        has.add(name.value);
      },
    });
  }
  return { ...document, definitions };
}

/**
 * Puts every operation, parsed, where it is asked for. Looked up in `src/gql`, as it is written, each would weigh on the
 * first screen: a table is loaded whole.
 */
function operations(): Plugin {
  let folder = "src";
  return {
    name: "operations",
    enforce: "pre",
    configResolved: (config) => void (folder = join(config.root, "src")),
    transform(code, id) {
      if (!/\/src\/(?!gql\/).*\.tsx?$/.test(id) || !code.includes("graphql(`")) return;
      const known = fragments(folder);
      return { code: code.replace(ASKED, (_, text: string) => `(${JSON.stringify(whole(text, known))})`), map: null };
    },
  };
}

const MESSAGE = /^(\s*"[^"]+": )("(?:[^"\\]|\\.)*"),$/gm;

/** Puts every message with arguments, parsed, into the catalogues: no browser has to load the parser. */
function messages(): Plugin {
  return {
    name: "messages",
    enforce: "pre",
    config: () => ({ resolve: { alias: { "@formatjs/icu-messageformat-parser": "@formatjs/icu-messageformat-parser/no-parser.js" } } }),
    transform(code, id) {
      if (!/\/src\/.*\/texts\/.*(en|sv)\.ts$/.test(id)) return;
      return { code: code.replace(MESSAGE, (_, key: string, text: string) => `${key}${message(JSON.parse(text))},`), map: null };
    },
  };
}

/** As JSON: its text if that is all there is to it, otherwise its parts. */
function message(text: string): string {
  const [first, ...others] = new IntlMessageFormat(text, "en").getAst();
  return JSON.stringify(first?.type === 0 && others.length === 0 ? first.value : [first, ...others]);
}

export default defineConfig({
  // Units read the catalogues as they are written.
  plugins: [operations(), process.env.VITEST ? [] : messages(), react(), packed()],
  html: { cspNonce: "__CSP_NONCE__" },
  worker: { format: "es" },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    manifest: "manifest.json",
    reportCompressedSize: false,
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      output: {
        advancedChunks: {
          groups: [
            { name: "ground", test: GROUND, priority: 2 },
            { name: "kit", test: KIT, priority: 1, minShareCount: 16 },
          ],
        },
      },
    },
  },
  // GraphiQL's workers are Vite's own to load, not to be packed before.
  optimizeDeps: { entries: ["index.html"], exclude: ["graphiql/setup-workers/vite", "@graphiql/react/setup-workers/vite"] },
  server: {
    host: "127.0.0.1",
    port,
    strictPort: true,
    proxy: {
      "/graphql": { target: api, ws: true },
      ...Object.fromEntries(API.map((path) => [path, { target: api }])),
    },
  },
});

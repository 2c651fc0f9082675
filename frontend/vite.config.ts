import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { parse } from "graphql";
import { defineConfig, type Plugin } from "vite";

const api = process.env.API ?? "http://127.0.0.1:8000";
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

/**
 * Puts every operation, parsed, where it is asked for. Looked up in `src/gql`, as it is written, each would weigh on the
 * first screen: a table is loaded whole.
 */
function operations(): Plugin {
  const asked = /\bgraphql\(`([^`]*)`\)/g;
  return {
    name: "operations",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/(?!gql\/).*\.tsx?$/.test(id) || !code.includes("graphql(`")) return;
      return { code: code.replace(asked, (_, text: string) => JSON.stringify(parse(text, { noLocation: true }))), map: null };
    },
  };
}

export default defineConfig({
  plugins: [operations(), react(), packed()],
  html: { cspNonce: "__CSP_NONCE__" },
  worker: { format: "es" },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    manifest: "manifest.json",
    reportCompressedSize: false,
    rolldownOptions: { input: ["index.html", "graphiql.html"] },
  },
  server: {
    host: "127.0.0.1",
    port,
    strictPort: true,
    proxy: {
      "/graphql": { target: api, ws: true },
      ...Object.fromEntries(["/session", "/accounts", "/passkeys", "/password", "/portraits"].map((path) => [path, { target: api }])),
    },
  },
});

/** Unpacks @sparticuz/chromium, its libraries and its fonts into the folder that is named; says where the program is. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;
const { default: chromium, inflate } = await import("@sparticuz/chromium");
const bin = join(import.meta.dirname, "node_modules", "@sparticuz", "chromium", "bin");
const program = await chromium.executablePath();
await inflate(join(bin, "al2023.tar.br"));
await inflate(join(bin, "fonts.tar.br"));
// Without any font it crashes; with the machine's own it looks better.
const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir><dir>${join(folder, "fonts")}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>`;
writeFileSync(join(folder, "fonts", "fonts.conf"), fonts);
console.log(program);

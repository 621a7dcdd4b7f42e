// Builds what the site serves: style sheet, icon sprite, vendored files. `--check` compares instead of writing.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const statics = "dashboard/static";

const VENDORED = [
  { package: "htmx.org", licence: "0BSD", files: { "dist/htmx.min.js": "htmx/htmx.min.js", LICENSE: "htmx/LICENSE" } },
  {
    package: "@fontsource-variable/instrument-sans",
    licence: "OFL-1.1",
    files: {
      "files/instrument-sans-latin-wdth-normal.woff2": "instrument-sans/latin.woff2",
      "files/instrument-sans-latin-ext-wdth-normal.woff2": "instrument-sans/latin-ext.woff2",
      LICENSE: "instrument-sans/LICENSE",
    },
  },
  {
    package: "@fontsource-variable/geist-mono",
    licence: "OFL-1.1",
    files: {
      "files/geist-mono-latin-wght-normal.woff2": "geist-mono/latin.woff2",
      LICENSE: "geist-mono/LICENSE",
    },
  },
  { package: "lucide-static", licence: "ISC", files: { LICENSE: "lucide/LICENSE" } },
  {
    package: "uplot",
    licence: "MIT",
    files: {
      "dist/uPlot.iife.min.js": "uplot/uplot.min.js",
      "dist/uPlot.min.css": "uplot/uplot.min.css",
      LICENSE: "uplot/LICENSE",
    },
  },
];

const read = (path) => readFileSync(join(root, path));

function versionOf(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}

function vendored(packages, folder) {
  const outputs = new Map();
  const manifest = [];
  for (const { package: name, licence, files } of packages) {
    for (const [from, to] of Object.entries(files)) {
      const bytes = readFileSync(join(modules, name, from));
      outputs.set(`${folder}/${to}`, bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      manifest.push({ file: to, package: name, version: versionOf(name), licence, sha256 });
    }
  }
  outputs.set(`${folder}/manifest.json`, JSON.stringify(manifest, null, 2) + "\n");
  return outputs;
}

function inner(svg) {
  return svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/>\s+</g, "><").trim();
}

function sprite() {
  const own = readdirSync(join(root, "assets/icons")).filter((name) => name.endsWith(".svg")).sort();
  const symbols = own.map((name) => {
    const svg = read(`assets/icons/${name}`).toString();
    const box = svg.match(/viewBox="([^"]+)"/)[1];
    return `<symbol id="${name.slice(0, -4)}" viewBox="${box}">${inner(svg)}</symbol>`;
  });
  const stroke = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';
  for (const name of read("assets/icons/lucide.txt").toString().trim().split("\n")) {
    const svg = readFileSync(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" ${stroke}>${inner(svg)}</symbol>`);
  }
  const sheet = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  return new Map([[`${statics}/dashboard/icons.svg`, sheet]]);
}

function styleSheet() {
  const folder = mkdtempSync(join(tmpdir(), "dailies-css-"));
  const output = join(folder, "site.css");
  const command = join(modules, ".bin/tailwindcss");
  execFileSync(command, ["--input", "assets/site.css", "--output", output, "--minify"], { cwd: root, stdio: "pipe" });
  const css = readFileSync(output, "utf8");
  rmSync(folder, { recursive: true });
  return new Map([[`${statics}/dashboard/site.css`, css.endsWith("\n") ? css : css + "\n"]]);
}

function differs(path, content) {
  return !existsSync(join(root, path)) || !read(path).equals(Buffer.from(content));
}

if (!existsSync(modules)) {
  console.error("node_modules is missing: run `npm ci` first.");
  process.exit(1);
}
const outputs = new Map([
  ...vendored(VENDORED, `${statics}/vendor`),
  ...sprite(),
  ...styleSheet(),
]);
const changed = [...outputs].filter(([path, content]) => differs(path, content));
if (process.argv.includes("--check")) {
  for (const [path] of changed) console.error(`${path} is not what its sources make: run \`npm run build\` and commit it.`);
  process.exit(changed.length ? 1 : 0);
}
for (const [path, content] of changed) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(`wrote ${path}`);
}

// Looks at pages as visitors do, and fails on what no page may do: ask another host, break its
// Content-Security-Policy, write an error to the console, scroll sideways, or fail a rule of axe.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

// Installed beside the built program, not beside this file.
const require = createRequire(join(process.env.BROWSER_TOOLS, "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** How people look at the pages. */
export const VISITORS = [
  { width: 360, hasScript: true },
  { width: 1280, hasScript: true },
  { width: 360, hasScript: false },
  { width: 1280, hasScript: false },
];

/** WCAG 2.2 AA, and what axe holds for good practice besides. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Pages that the README shows; BATON_WRITE_DOCS=1 takes them anew. */
const SHOWN = ["home", "find-yoga", "find-area-map", "service", "report", "summary-open-sessions"];

/** Starts the browser, with more switches if wanted; names of other hosts lead nowhere. */
export function browse(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      // Maps are drawn with WebGL, here by the processor.
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ...more,
    ],
  });
}

/** Opens pages of a gateway as one kind of visitor; `finish` says what was wrong with them. */
export async function visitor(browser, url, { width, hasScript }, options = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: hasScript,
    viewport: { width, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  // axe is a script itself, so what is seen without JavaScript is judged where only the page's own is off.
  const judged = hasScript ? page : await (await browser.newContext({ viewport: { width, height: 800 } })).newPage();
  if (!hasScript) await judged.route(/\.js$/, (route) => route.abort());
  const wrong = [];
  const hosts = [new URL(url).host, ...(options.hosts ?? [])];
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.protocol !== "blob:" && !hosts.includes(asked.host)) {
      wrong.push(`asked another host: ${request.url()}`);
    }
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`a script of a publisher ran: ${dialog.message()}`);
    return dialog.dismiss();
  });
  const kind = `${width}${hasScript ? "" : "-noscript"}`;
  return {
    page,
    wrong,
    /** Goes to a path, checks the page and keeps a picture of it. */
    async look(path, name, status = 200) {
      const answer = await page.goto(url + path, { waitUntil: "load" });
      assert.equal(answer.status(), status, path);
      await this.check(name);
      return page;
    },
    /** Checks the page as it stands. */
    async check(name) {
      if (judged !== page) await judged.goto(page.url());
      assert.deepEqual(await broken(judged), [], `axe on ${name}, ${kind}`);
      const [inner, outer] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.ok(inner <= outer, `${name}, ${kind}: ${inner} px wide in a window of ${outer} px`);
      await mkdir(process.env.PICTURES, { recursive: true });
      await page.screenshot({ path: join(process.env.PICTURES, `${name}-${kind}.png`), fullPage: true });
      if (process.env.BATON_WRITE_DOCS && kind === "1280" && SHOWN.includes(name)) {
        await page.screenshot({ path: `docs/pictures/${name}.png` });
      }
    },
    async finish() {
      await context.close();
      await judged.context().close();
      // A status that was asked for on purpose is no error of the page.
      const meant = /Failed to load resource: the server responded with a status of 4/;
      assert.deepEqual(wrong.filter((text) => !meant.test(text)), []);
    },
  };
}

/** Returns what axe finds wrong. */
async function broken(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"], iframes: false }),
    RULES,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

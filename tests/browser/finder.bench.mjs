// Measures how soon a browser has the results of a running gateway, wherever its services come from. No test
// of every day: what it is to be measured on has hundreds of thousands of services.
// usage: FINDER_URL=http://127.0.0.1:8080 [MOST_MS=100] scripts/browser-tests.sh BINARY tests/browser/finder.bench.mjs

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { browse } from "./visit.mjs";

const { FINDER_URL: url, MOST_MS: most = "100" } = process.env;

const SEARCHES = [
  "/find",
  "/find?search=yoga",
  "/find?search=walking+footbal",
  "/find?place=BS1+5TR&distance=5",
  "/find?place=LS1&distance=25&day=Tuesday&time=evening&free=yes",
  "/find?search=swim&age=8&page=3",
  "/find?online=yes",
  "/find?search=yoga&map=yes",
];

const TIMES = 21;

let browser, page;

before(async () => {
  assert.ok(url, "FINDER_URL says which gateway is measured");
  browser = await browse();
  page = await browser.newPage();
  const status = await fetch(`${url}/status.json`).then((answer) => answer.json());
  console.log(`${status.services} services; milliseconds from asking: answer read, page ready (median, highest of ${TIMES})`);
});

after(() => browser?.close());

for (const path of SEARCHES) {
  it(path, async () => {
    const taken = [];
    for (let time = 0; time <= TIMES; time += 1) {
      await page.goto(url + path, { waitUntil: "domcontentloaded" });
      const [read, ready] = await page.evaluate(() => {
        const [entry] = performance.getEntriesByType("navigation");
        return [entry.responseEnd - entry.startTime, entry.domInteractive - entry.startTime];
      });
      // The first has to load style and scripts.
      if (time > 0) taken.push({ read, ready });
    }
    const told = ["read", "ready"].map((what) => {
      const sorted = taken.map((one) => one[what]).sort((a, b) => a - b);
      return { median: sorted[TIMES >> 1], highest: sorted.at(-1) };
    });
    console.log(path, told.map(({ median, highest }) => `${median.toFixed(1)}, ${highest.toFixed(1)}`).join("; "));
    assert.ok(told[1].median <= Number(most), `${told[1].median} ms`);
  });
}

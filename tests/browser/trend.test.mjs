// The trend of a report, on days as a gateway writes them that has run for weeks.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, it } from "node:test";

import { serve } from "./baton.mjs";
import { hostileFeed } from "./feed.mjs";
import { VISITORS, browse, visitor } from "./visit.mjs";

/** Sixty days up to yesterday, some of them missing, each a little better than the one before. */
const DAYS = `
import sqlite3, sys, time
today = int(time.time()) // 86400
rows = [("publisher", today - ago, 9000 - 40 * ago, 2400 - 9 * ago, 300 + 11 * ago, 82 - ago // 2)
        for ago in range(60, 0, -1) if ago % 9 != 4]
with sqlite3.connect(sys.argv[1], timeout=30) as store:
    store.executemany("INSERT OR REPLACE INTO publisher_day VALUES (?, ?, ?, ?, ?, ?)", rows)
`;

let browser, gateway, feed;

before(async () => {
  feed = await hostileFeed();
  browser = await browse();
  gateway = await serve([feed.url], "republish = true");
  execFileSync("python3", ["-c", DAYS, gateway.database]);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  feed?.stop();
});

for (const kind of VISITORS) {
  it(`is drawn and told at ${kind.width} px, ${kind.hasScript ? "with" : "without"} JavaScript`, async () => {
    const visit = await visitor(browser, gateway.url, kind);
    const page = await visit.look("/feeds/publisher", "trend");
    assert.equal(await page.locator(".baton-trend polyline").count(), 3);
    assert.match(await page.locator(".baton-trend").first().innerText(), /from 52 to/);
    await page.getByText("Each day in numbers").first().click();
    const rows = await page.locator("details table tbody tr").count();
    assert.ok(rows >= 53 && rows <= 54, `${rows} days`);
    await visit.check("trend-numbers");
    await visit.finish();
  });
}

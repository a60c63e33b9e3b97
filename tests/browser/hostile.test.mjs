// What a publisher writes never runs, and breaks no page. What fails here is told by `visit.finish`: a
// script that ran, an address asked, a page wider than its window.

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { serve } from "./baton.mjs";
import { hostileFeed } from "./feed.mjs";
import { browse, visitor } from "./visit.mjs";

let browser, gateway, feed;

before(async () => {
  feed = await hostileFeed();
  browser = await browse();
  gateway = await serve([feed.url], 'republish = true');
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  feed?.stop();
});

for (const width of [360, 1280]) {
  it(`markup of a publisher stays text at ${width} px`, async () => {
    const visit = await visitor(browser, gateway.url, { width, hasScript: true });
    await visit.look("/", "hostile-home");
    const page = await visit.look("/find", "hostile-find");
    const links = await page.locator(".baton-card a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.equal(links.length, 2);
    for (const link of links) {
      await visit.look(link, "hostile-service");
      assert.equal(await page.locator("a[href^='javascript:'], main img, main script").count(), 0);
      await visit.look(`${link}/why`, "hostile-why");
    }
    await visit.look("/feeds/publisher", "hostile-report");
    const shown = page.locator("main");
    assert.match(await shown.innerText(), /a text of \d+ characters, not shown/);
    assert.equal(await shown.locator("a[href^='javascript:'], img, script").count(), 0);
    await visit.finish();
  });
}

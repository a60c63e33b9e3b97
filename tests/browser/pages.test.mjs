// The pages on the demo: at two widths, with and without JavaScript.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { demo } from "./baton.mjs";
import { VISITORS, browse, visitor } from "./visit.mjs";

let browser, gateway;

before(async () => {
  browser = await browse();
  gateway = await demo();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** Counts the pages of a PDF. */
const sheets = (paper) => paper.toString("latin1").match(/\/Type ?\/Page\b/g).length;

for (const kind of VISITORS) {
  describe(`${kind.width} px, ${kind.hasScript ? "with" : "without"} JavaScript`, () => {
    let visit;
    before(async () => (visit = await visitor(browser, gateway.url, kind)));
    after(() => visit.finish());

    it("shows the home page", async () => {
      const page = await visit.look("/", "home");
      assert.match(await page.locator("#totals").innerText(), /services published/);
      assert.ok((await page.locator("#feeds ~ * tbody tr").count()) >= 5);
      assert.equal(await page.locator("button[data-copy]:visible").count() > 0, kind.hasScript);
    });

    it("shows the API", async () => {
      const page = await visit.look("/api", "api");
      const paged = page.locator("details", { hasText: "Page number, from 1." }).first();
      await paged.locator("summary").click();
      assert.ok(await paged.getByText("Page number, from 1.").isVisible());
    });

    it("finds activities and shows one", async () => {
      const page = await visit.look("/find", "find");
      await page.getByLabel("What", { exact: true }).fill("yoga");
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForURL(/search=yoga/);
      await visit.check("find-yoga");
      const found = await page.locator(".baton-card a").allInnerTexts();
      assert.ok(found.length > 0 && found.some((name) => /yoga/i.test(name)), found.join());
      await page.locator(".baton-card a").first().click();
      await page.waitForURL(/find\/[0-9a-f-]{36}$/);
      await visit.check("service");
      assert.equal(await page.locator("h1").innerText(), found[0]);
      await page.getByRole("link", { name: "Why does it say this?" }).click();
      await page.waitForURL(/why$/);
      await visit.check("why");
    });

    it("tells what to do when nothing is found, or the form is wrong", async () => {
      const page = await visit.look("/find?search=nothingatall&free=yes", "find-nothing");
      assert.match(await page.locator("#results").innerText(), /Nothing was found/);
      await visit.look("/find?age=old&place=ZE9+9ZZ", "find-wrong");
      await page.getByRole("link", { name: /Enter an age/ }).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), "age");
    });

    it("shows the finder of an area", async () => {
      const page = await visit.look("/areas/bristol/find?place=BS1+5TR&distance=1", "find-area");
      assert.match(await page.locator(".baton-card").first().innerText(), /miles\)/);
    });

    it("weighs little on the first load", async () => {
      const page = await browser.newPage();
      const bodies = [];
      page.on("response", (response) => bodies.push(response.body()));
      await page.goto(`${gateway.url}/find`, { waitUntil: "load" });
      const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
      await page.close();
      assert.ok(bytes > 100_000 && bytes < 250_000, `${bytes} bytes`);
    });

    it("reports on a publisher", async () => {
      const page = await visit.look("/feeds/open-sessions", "report");
      assert.match(await page.locator("dl").first().innerText(), /out of 100 points/);
      const report = await fetch(`${gateway.url}/feeds/open-sessions.json`).then((answer) => answer.json());
      assert.equal(await page.locator("#findings ~ section").count(), report.findings.length);
      const paper = await page.pdf({ format: "A4" });
      assert.ok(sheets(paper) <= 2, `${sheets(paper)} pages on paper`);
    });

    it("sums a report up on one sheet of paper", async () => {
      const { feeds } = await fetch(`${gateway.url}/status.json`).then((answer) => answer.json());
      const publishers = [...new Set(feeds.map((feed) => feed.publisher))];
      assert.ok(publishers.length > 1);
      for (const publisher of publishers) {
        const page = await visit.look(`/feeds/${publisher}/summary`, `summary-${publisher}`);
        assert.match(await page.locator("dl").first().innerText(), /out of 100 points/);
        if (kind.width === 360) continue;
        const paper = await page.pdf({ format: "A4", path: `${process.env.PICTURES}/summary-${publisher}.pdf` });
        assert.equal(sheets(paper), 1, publisher);
      }
    });

    it("tells what is not there", async () => {
      const page = await visit.look("/assets/none.css", "not-there", 404);
      assert.match(await page.locator("h1").innerText(), /No such path/);
    });
  });
}

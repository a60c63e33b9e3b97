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
      await page.locator("summary", { hasText: "parameters" }).first().click();
      assert.ok(await page.getByText("Page number, from 1.").first().isVisible());
    });

    it("tells what is not there", async () => {
      const page = await visit.look("/assets/none.css", "not-there", 404);
      assert.match(await page.locator("h1").innerText(), /No such path/);
    });
  });
}

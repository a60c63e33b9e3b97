// The map beside the list: clusters come apart, a mark leads to its service, and nobody is asked but the
// gateway, or the one host of the base map that the operator names.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";

import { demo, serve, until } from "./baton.mjs";
import { hostileFeed } from "./feed.mjs";
import { browse, visitor } from "./visit.mjs";

/** A picture of one point. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

let browser, gateway;

before(async () => {
  browser = await browse();
  gateway = await demo();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** Waits until the map has drawn what it shows. */
const drawn = (page) => page.locator("[data-map][data-is-ready]").waitFor({ timeout: 60_000 });

for (const width of [360, 1280]) {
  describe(`${width} px`, () => {
    let visit;
    before(async () => (visit = await visitor(browser, gateway.url, { width, hasScript: true })));
    after(() => visit.finish());

    it("is shown beside the list when asked for, with the same services", async () => {
      const page = await visit.look("/find?search=yoga", "find-no-map");
      assert.equal(await page.locator("script[src*='/map-']").count(), 0);
      await page.getByRole("link", { name: "Show on a map" }).click();
      await drawn(page);
      await page.locator(".baton-mark").first().waitFor();
      await visit.check("find-map");
      const listed = await page.locator(".baton-card a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
      const points = await (await fetch(new URL(await page.locator("[data-map]").getAttribute("data-map"), gateway.url))).json();
      assert.ok(points.features.length > 0);
      for (const { properties } of points.features) assert.ok(listed.includes(`/find/${properties.id}`), properties.name);
      // A new search keeps it.
      await page.getByLabel("What", { exact: true }).fill("walking");
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForURL(/search=walking.*map=yes/);
      await drawn(page);
    });

    it("opens clusters until a mark leads to its service", async () => {
      const page = await visit.look("/areas/bristol/find?map=yes", "find-area");
      await drawn(page);
      await page.locator(".baton-mark--many").first().waitFor();
      await visit.check("find-area-map");
      const link = page.locator(".maplibregl-popup a").first();
      // What is in one place is told as a list; what is not comes apart.
      await until(async () => {
        if (await link.isVisible()) return true;
        const mark = page.locator(".baton-mark").first();
        const before = await page.locator(".baton-mark").evaluateAll((all) => all.map((mark) => mark.ariaLabel).join());
        // With the keyboard, as somebody who cannot point does.
        await mark.focus();
        await mark.press("Enter");
        await until(async () => {
          if (await link.isVisible()) return true;
          return before !== (await page.locator(".baton-mark").evaluateAll((all) => all.map((mark) => mark.ariaLabel).join()));
        });
        return link.isVisible();
      });
      await visit.check("find-map-open");
      const name = await link.innerText();
      await link.click();
      await page.waitForURL(/find\/[0-9a-f-]{36}$/);
      assert.equal(await page.locator("h1").innerText(), name);
    });

    it("shows where a service is", async () => {
      const page = await visit.look("/find?search=yoga&place=Bristol", "find-town");
      await page.locator(".baton-card a").first().click();
      await page.waitForURL(/find\/[0-9a-f-]{36}$/);
      await page.getByRole("link", { name: "Show on a map" }).click();
      await drawn(page);
      await page.locator(".baton-mark").first().click();
      await page.locator(".maplibregl-popup strong").first().waitFor();
      await visit.check("service-map");
    });

    it("is skipped with the keyboard", async () => {
      const page = await visit.look("/find?map=yes", "find-map-all");
      await drawn(page);
      const skip = page.getByRole("link", { name: "Skip the map" });
      await skip.focus();
      assert.ok(await skip.isVisible());
      await skip.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "after-map");
    });
  });
}

it("is not missed without JavaScript", async () => {
  const visit = await visitor(browser, gateway.url, { width: 1280, hasScript: false });
  const page = await visit.look("/find?search=yoga&map=yes", "find-map-noscript");
  assert.equal(await page.locator("[data-map]:visible").count(), 0);
  assert.equal(await page.getByRole("link", { name: "Show on a map" }).count(), 0);
  assert.ok((await page.locator(".baton-card").count()) > 0);
  await visit.finish();
});

it("says how much it leaves out", async () => {
  const visit = await visitor(browser, gateway.url, { width: 1280, hasScript: true });
  const point = { type: "Feature", geometry: { type: "Point", coordinates: [-2.6, 51.45] }, properties: { id: "x", name: "One" } };
  const points = { type: "FeatureCollection", total: 2001, services: 2000, features: [point] };
  await visit.page.route(/find\.geojson/, (route) => route.fulfill({ json: points }));
  const page = await visit.look("/find?map=yes", "find-map-cut");
  await page.getByText("The first 2,000 of 2,001 results are on the map.").waitFor();
  await visit.finish();
});

it("says so where there is no WebGL", async () => {
  const plain = await browse(["--disable-3d-apis"]);
  const visit = await visitor(plain, gateway.url, { width: 1280, hasScript: true });
  const page = await visit.page;
  await page.goto(`${gateway.url}/find?search=yoga&map=yes`);
  await page.getByText("The list says the same.").waitFor();
  assert.equal(await page.locator("[data-map-canvas]").count(), 0);
  await plain.close();
});

it("asks the host of the base map that is configured, and no other", async () => {
  const asked = [];
  const tiles = createServer((request, answer) => {
    asked.push(request.url);
    answer.setHeader("content-type", "image/png");
    answer.setHeader("access-control-allow-origin", "*");
    answer.end(PICTURE);
  });
  await new Promise((resolve) => tiles.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${tiles.address().port}`;
  const feed = await hostileFeed();
  const web = `[web]\ntiles = "http://${host}/{z}/{x}/{y}.png"\ntiles_attribution = "<b>Makers</b>"`;
  const mapped = await serve([feed.url], `republish = true\n${web}`);
  const visit = await visitor(browser, mapped.url, { width: 1280, hasScript: true }, { hosts: [host] });
  const page = await visit.look("/find?map=yes", "hostile-map");
  await drawn(page);
  assert.match(await page.locator("[data-map]").innerText(), /<b>Makers<\/b>/);
  assert.ok(asked.some((path) => /^\/\d+\/\d+\/\d+\.png$/.test(path)), asked.join());
  // Markup of a publisher is text on the map too.
  await page.locator(".baton-mark").first().click();
  await page.locator(".maplibregl-popup p").nth(1).waitFor();
  assert.equal(await page.locator(".maplibregl-popup img, .maplibregl-popup script").count(), 0);
  await visit.check("hostile-map");
  await visit.finish();
  await mapped.stop();
  feed.stop();
  tiles.close();
});

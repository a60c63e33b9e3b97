// The widget in the page of a council: another host, with no style and no script of its own.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, it } from "node:test";

import { demo, until } from "./baton.mjs";
import { browse, visitor } from "./visit.mjs";

let browser, gateway, council, url;

before(async () => {
  browser = await browse();
  gateway = await demo();
  const page = `<!doctype html><html lang="en-GB"><head><title>Council</title></head><body><main><h1>Things to do</h1>
    <script src="${gateway.url}/widget.js" data-area="bristol" data-title="Activities in Bristol"></script></main></body></html>`;
  council = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(page);
  });
  await new Promise((resolve) => council.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${council.address().port}`;
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  council?.close();
});

for (const width of [360, 1280]) {
  it(`stands in a page of somebody else at ${width} px`, async () => {
    const hosts = [new URL(gateway.url).host];
    const visit = await visitor(browser, url, { width, hasScript: true }, { hosts });
    const page = await visit.look("/", "widget");
    const widget = page.frameLocator("iframe[title='Activities in Bristol']");
    await widget.getByLabel("What", { exact: true }).fill("yoga");
    await widget.getByRole("button", { name: "Search" }).click();
    await widget.getByText("Remove “yoga”").waitFor();
    const names = await widget.locator(".baton-card h3").allInnerTexts();
    assert.ok(names.some((name) => /yoga/i.test(name)), names.join());
    assert.match(await widget.locator("footer").innerText(), /Open data of Avonmeet.*Severn.*Sources and licences/s);
    // It is as tall as what it shows.
    const frame = page.frames().find((frame) => frame.url().startsWith(gateway.url));
    await until(() => frame.evaluate(() => innerHeight >= document.body.getBoundingClientRect().height));
    assert.deepEqual(await page.context().cookies(), []);
    const card = widget.locator(".baton-card a").first();
    assert.deepEqual([await card.getAttribute("target"), await card.getAttribute("rel")], ["_blank", "noopener"]);
    await visit.check("widget");
    await visit.finish();
  });

  it(`is a page as good as others at ${width} px`, async () => {
    const visit = await visitor(browser, gateway.url, { width, hasScript: false });
    await visit.look("/areas/bristol/widget", "widget-alone");
    await visit.finish();
  });
}

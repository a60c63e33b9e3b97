// A publisher that means harm: a feed of items made to break pages.

import { createServer } from "node:http";

const MARKUP = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;

const series = (id, name, url) => ({
  "@context": "https://openactive.io/",
  "@type": "SessionSeries",
  "@id": `https://example.org/series/${id}`,
  name,
  url,
  description: `Text ${MARKUP}`,
  organizer: { "@type": "Organization", "@id": "https://example.org/o", name: MARKUP, url },
  location: {
    "@type": "Place",
    "@id": "https://example.org/p",
    name: `Hall ${MARKUP}`,
    address: { "@type": "PostalAddress", addressLocality: MARKUP, postalCode: "BS1 5TR" },
    geo: { "@type": "GeoCoordinates", latitude: 51.45, longitude: -2.6 },
  },
  genderRestriction: `mixed ${MARKUP}`,
  offers: [{ "@type": "Offer", name: MARKUP, price: 1, priceCurrency: "GBP" }],
  eventSchedule: [
    {
      "@type": "Schedule",
      repeatFrequency: "P1W",
      byDay: ["https://schema.org/Tuesday"],
      startDate: "2020-01-07",
      startTime: "10:00",
      duration: "PT1H",
      scheduledEventType: "ScheduledSession",
    },
  ],
});

/** Starts the publisher; returns the address of its feed and how to stop it. */
export async function hostileFeed() {
  const data = [
    series(1, `Markup ${MARKUP}`, "javascript:alert(1)"),
    series(2, "x".repeat(100_000), "https://example.org/"),
  ];
  const items = data.map((body, at) => ({ state: "updated", kind: "SessionSeries", id: at, modified: at, data: body }));
  const server = createServer((request, answer) => {
    const isFirst = !request.url.includes("after");
    const page = { next: `${url}?after=1`, items: isFirst ? items : [], license: `javascript:alert(1)${MARKUP}` };
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify(page));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/feed`;
  return { url, stop: () => server.close() };
}

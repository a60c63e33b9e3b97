// Writes the plain base map: land around Great Britain and Ireland, as GeoJSON with a ring for each island
// or part of the mainland. Made of Natural Earth (public domain), of which the npm package world-atlas
// holds 1:10 million.
// usage: node outline.js >outline.json

const { feature } = require("topojson-client");
const world = require("world-atlas/countries-10m.json");

const COUNTRIES = ["United Kingdom", "Ireland", "Isle of Man", "Jersey", "Guernsey", "France", "Belgium", "Netherlands"];

/** What is shown: west, south, east, north. */
const BOX = [-11.5, 48.5, 4.5, 61.2];

/** About 100 metres, which is finer than the source. */
const DECIMALS = 3;

const countries = world.objects.countries.geometries.filter(({ properties }) => COUNTRIES.includes(properties.name));
const coordinates = countries.flatMap((country) => {
  const { type, coordinates } = feature(world, country).geometry;
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.map((rings) => rings.map(clip).map(round).filter((ring) => ring.length >= 4));
});
const land = { type: "MultiPolygon", coordinates: coordinates.filter((rings) => rings.length > 0) };
process.stdout.write(JSON.stringify(land));

/** Cuts a ring at the four sides of the box, one after the other. */
function clip(ring) {
  const sides = [
    [0, (x) => x >= BOX[0], BOX[0]],
    [1, (y) => y >= BOX[1], BOX[1]],
    [0, (x) => x <= BOX[2], BOX[2]],
    [1, (y) => y <= BOX[3], BOX[3]],
  ];
  return sides.reduce((left, [axis, isInside, side]) => cut(left, axis, isInside, side), ring);
}

function cut(ring, axis, isInside, side) {
  const kept = [];
  ring.forEach((to, at) => {
    const from = ring[at - 1] ?? ring.at(-1);
    if (isInside(from[axis]) !== isInside(to[axis])) {
      const share = (side - from[axis]) / (to[axis] - from[axis]);
      kept.push(from.map((value, other) => (other === axis ? side : value + share * (to[other] - value))));
    }
    if (isInside(to[axis])) kept.push(to);
  });
  if (kept.length > 0) kept.push(kept[0]);
  return kept;
}

function round(ring) {
  const rounded = ring.map((point) => point.map((value) => Number(value.toFixed(DECIMALS))));
  return rounded.filter((point, at) => at === 0 || String(point) !== String(rounded[at - 1]));
}

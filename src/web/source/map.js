// The map beside a list. It says nothing that the list does not say, so a browser without WebGL loses
// nothing; then, and without JavaScript, the map stays hidden.
//
// What it marks are buttons of the page and not drawings, so that they can be reached with the keyboard
// and read out.

import { LngLatBounds, Map, Marker, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";

/** Great Britain and Ireland: west, south, east, north. */
const EVERYWHERE = [-10.7, 49.8, 2, 59];

/** Points nearer to each other than this are one mark, in pixels. */
const CLUSTER_PX = 50;

/** From this zoom on only what is in the very same place is one mark. */
const CLUSTER_ZOOM = 16;

/** How many services a mark lists. */
const MOST_LISTED = 30;

/** How near a place is looked at by itself: so that the names around it are seen, or its streets. */
const NEAR_ZOOM = { plain: 12, tiles: 15 };

/** What is told of a mark: of one at a time. */
let popup = new Popup();

const part = document.querySelector("[data-map]");
if (part) show(part);

async function show(part) {
  const note = part.querySelector("[data-map-note]");
  try {
    const points = await (await fetch(part.dataset.map)).json();
    part.hidden = false;
    draw(part, points);
    note.textContent = words(points);
    // It was hidden when the browser looked for it.
    if (location.hash === "#map") part.scrollIntoView();
  } catch (error) {
    // No WebGL, most likely.
    part.querySelector("[data-map-canvas]").remove();
    part.hidden = false;
    note.textContent = "The map cannot be shown in this browser. The list says the same.";
    console.info("no map:", error.message);
  }
}

function words({ total, services, features }) {
  const count = (number) => number.toLocaleString("en-GB");
  if (features.length === 0) return "None of the results has a place that is known.";
  if (services < total) return `The first ${count(services)} of ${count(total)} results are on the map. Narrow the search to see all.`;
  return "";
}

function draw(part, points) {
  setWorkerUrl(new URL(part.dataset.worker, location.href).href);
  const container = part.querySelector("[data-map-canvas]");
  const map = new Map({
    container,
    style: style(part.dataset, points),
    bounds: bounds(points),
    fitBoundsOptions: { padding: 45, maxZoom: part.dataset.tiles ? NEAR_ZOOM.tiles : NEAR_ZOOM.plain },
    minZoom: 4,
    maxZoom: 18,
    attributionControl: false,
    // A page is scrolled past the map without moving it.
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    localIdeographFontFamily: "system-ui, sans-serif",
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ unit: "imperial" }), "bottom-left");
  map.getCanvas().setAttribute("aria-label", "Map; move it with the arrow keys, + and -");
  let marks = {};
  const mark = () => {
    if (map.isSourceLoaded("points")) marks = marked(map, marks);
  };
  map.on("render", mark);
  map.once("idle", () => (part.dataset.isReady = "yes"));
}

function bounds({ features }) {
  const all = new LngLatBounds();
  for (const { geometry } of features) all.extend(geometry.coordinates);
  return features.length > 0 ? all : EVERYWHERE;
}

function style({ outline, districts, tiles }, points) {
  const base = tiles ? raster(tiles) : plain(outline, districts);
  return {
    version: 8,
    sources: {
      ...base.sources,
      points: { type: "geojson", data: points, cluster: true, clusterRadius: CLUSTER_PX, clusterMaxZoom: CLUSTER_ZOOM },
    },
    layers: [
      ...base.layers,
      // Only what a layer draws is worked out.
      { id: "points", type: "circle", source: "points", paint: { "circle-opacity": 0 } },
    ],
  };
}

function raster(tiles) {
  return {
    sources: { tiles: { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 19 } },
    layers: [{ id: "tiles", type: "raster", source: "tiles" }],
  };
}

/** Land and sea, with the names of postcode districts to find one's way by. */
function plain(outline, districts) {
  const url = (path) => new URL(path, location.href).href;
  return {
    sources: {
      land: { type: "geojson", data: url(outline) },
      districts: { type: "geojson", data: url(districts) },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#d6e4ea" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f8f7f2" } },
      { id: "coast", type: "line", source: "land", paint: { "line-color": "#8c9ca3", "line-width": 1 } },
      {
        id: "districts",
        type: "symbol",
        source: "districts",
        minzoom: 6,
        layout: {
          "text-field": ["get", "name"],
          "text-size": ["interpolate", ["linear"], ["zoom"], 7, 11, 12, 15],
          "text-padding": 8,
          // Those with more postcodes are named first.
          "symbol-sort-key": ["-", ["get", "postcodes"]],
        },
        paint: { "text-color": "#59666c", "text-halo-color": "#f8f7f2", "text-halo-width": 1.5 },
      },
    ],
  };
}

/** Puts a button where each point or cluster is now; those that stay are kept. */
function marked(map, before) {
  const now = {};
  for (const { properties, geometry } of map.querySourceFeatures("points")) {
    const key = properties.cluster ? `cluster ${properties.cluster_id}` : `${geometry.coordinates} ${properties.name}`;
    now[key] ??= before[key] ?? new Marker({ element: button(map, properties, geometry) }).setLngLat(geometry.coordinates).addTo(map);
  }
  for (const key of Object.keys(before)) if (!now[key]) before[key].remove();
  return now;
}

function button(map, properties, { coordinates }) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "baton-mark";
  const { cluster_id: cluster, point_count: count } = properties;
  const whenPressed = (act) =>
    element.addEventListener("click", (event) => {
      // A click on the map closes what was told.
      event.stopPropagation();
      act();
    });
  if (count) {
    element.textContent = count.toLocaleString("en-GB");
    element.classList.add("baton-mark--many");
    element.setAttribute("aria-label", `${count} activities here`);
    whenPressed(() => open(map, cluster, coordinates));
  } else {
    element.setAttribute("aria-label", properties.name);
    whenPressed(() => tell(map, coordinates, [properties]));
  }
  return element;
}

/** Goes nearer until a cluster falls apart; one that never does is told as a list. */
async function open(map, cluster, center) {
  const points = map.getSource("points");
  const zoom = await points.getClusterExpansionZoom(cluster);
  if (zoom <= CLUSTER_ZOOM) {
    map.getCanvas().focus({ preventScroll: true });
    map.easeTo({ center, zoom });
    return;
  }
  const leaves = await points.getClusterLeaves(cluster, MOST_LISTED, 0);
  tell(map, center, leaves.map(({ properties }) => properties));
}

/** Tells of services in a box. Their words are text, never markup. */
function tell(map, coordinates, services) {
  const box = document.createElement("div");
  box.className = "baton-told";
  for (const { id, name, where, when } of services) {
    const title = document.createElement(id ? "a" : "strong");
    title.textContent = name;
    if (id) {
      title.href = `/find/${id}`;
      title.className = "govuk-link";
      if (window.parent !== window) Object.assign(title, { target: "_blank", rel: "noopener" });
    }
    const lines = [title, ...[where, when].filter(Boolean).map((text) => Object.assign(document.createElement("span"), { textContent: text }))];
    const service = document.createElement("p");
    service.append(...lines);
    box.append(service);
  }
  popup.remove();
  popup = new Popup({ maxWidth: "280px" }).setLngLat(coordinates).setDOMContent(box).addTo(map);
}

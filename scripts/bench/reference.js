// Reads a feed to its end with the reference harvester, and says how many items it met in how many
// seconds. usage: node reference.js URL
const { harvestRPDE } = require('@openactive/harvesting-utils');

const begun = process.hrtime.bigint();
let items = 0;
harvestRPDE({
  baseUrl: process.argv[2],
  feedContextIdentifier: 'bench',
  headers: async () => ({}),
  processPage: async ({ rpdePage }) => { items += rpdePage.items.length; },
  onReachedEndOfFeed: async () => {
    console.log(`\n${items} ${Number(process.hrtime.bigint() - begun) / 1e9}`);
    process.exit(0);
  },
  isOrdersFeed: false,
  loggingFns: { log() {}, logError: console.error, logErrorDuringHarvest: console.error },
}).then(({ error }) => { console.error(JSON.stringify(error, null, 1)); process.exit(1); });

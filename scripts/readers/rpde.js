// Has the official validator read the feeds of a gateway; fails when it finds a failure.
'use strict';

const { RpdeValidator } = require('@openactive/rpde-validator');

const feeds = ['/rpde/services', '/areas/bristol/rpde/services'];

async function failuresOf(path) {
  const log = await RpdeValidator(process.env.GATEWAY + path, { pageLimit: 50 });
  const errors = log.pages.flatMap((page) => page.errors.map((error) => error.data));
  for (const error of errors) {
    console.log(`readers: ${path}: ${error.severity}: ${error.message}`);
  }
  const failures = errors.filter((error) => error.severity === 'failure').length;
  console.log(`readers: ${path}: ${log.pages.length} pages, ${failures} failures`);
  return failures;
}

(async () => {
  let failures = 0;
  for (const path of feeds) {
    failures += await failuresOf(path);
  }
  process.exit(failures === 0 ? 0 : 1);
})();

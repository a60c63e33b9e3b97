// Starts the program under test and stops it again.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 60_000;

/** Starts `baton demo` and waits until everything is mapped; returns where it is. */
export async function demo() {
  const gateway = await start(["demo", "--listen", "127.0.0.1:0"], /Open in a browser +(\S+)\//);
  await gateway.settled(50);
  return gateway;
}

/** Starts `baton serve` on the feeds at these addresses, with more configuration if wanted; also tells its database. */
export async function serve(feeds, more = "") {
  const folder = await mkdtemp(join(tmpdir(), "baton-browser-"));
  const config = `[server]\nlisten = "127.0.0.1:0"\n[store]\nurl = "sqlite:${folder}/baton.db"
[limits]\nrequests_per_minute = 1000000\n[fetch]\npoll_interval_secs = 1\nallow_private_networks = true
[mappings]\nactivity_list = ""\nfacility_types = ""\naccessibility_support = ""
[[publishers]]\nkey = "publisher"\nname = "Publisher"\nfeeds = ${JSON.stringify(feeds)}\n${more}\n`;
  await writeFile(join(folder, "baton.toml"), config);
  const gateway = await start(["serve", "--config", join(folder, "baton.toml")], /Serving (http:\/\/[^/ ]+)\//);
  await gateway.settled(1);
  return { ...gateway, database: join(folder, "baton.db"), stop: () => gateway.stop().then(() => rm(folder, { recursive: true })) };
}

async function start(parameters, address) {
  const program = spawn(process.env.BATON, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  process.on("exit", () => program.kill("SIGKILL"));
  let said = "";
  const found = new Promise((resolve, reject) => {
    const listen = (text) => {
      said += text;
      const match = address.exec(said);
      if (match) resolve(match[1]);
    };
    program.stdout.on("data", listen);
    program.stderr.on("data", listen);
    program.on("exit", (code) => reject(new Error(`baton ended with ${code}: ${said}`)));
  });
  const url = await found;
  const settled = (services) =>
    until(async () => {
      const status = await fetch(`${url}/status.json`).then((answer) => answer.json());
      const isRead = status.feeds.every((feed) => feed.at_end);
      return isRead && status.waiting === 0 && status.services >= services;
    });
  const stop = () =>
    new Promise((resolve) => {
      program.on("exit", resolve);
      program.kill();
    });
  return { url, settled, stop };
}

/** Asks again and again until the answer is yes. */
export async function until(isSo) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`not so within ${PATIENCE_MS} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

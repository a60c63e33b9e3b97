#!/usr/bin/env python3
"""Measures whole programs side by side: Baton, and the peers and limits it is compared with.

usage: scripts/bench/programs.py harvest|serving|growth|idle|national|stores [--runs N] [--scale F]

Each comparison is made in turns within the same minute, so that what else the machine does meets both;
printed are the medians, the lowest and the highest, and the ratio of the medians. Needs the release
binary and the benchmark `feeds` (`make bench-programs` builds them), nginx, wrk and npm. Everything runs
on the loopback interface and stops by itself.
"""
import argparse
import contextlib
import datetime
import json
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATON = ROOT / "target/release/baton"
REFERENCE = "0.2.801"
# Items of a page, as in benches/support/feeds.rs.
PAGE = 500
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 2;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; default_type application/json; etag on; sendfile on;
  keepalive_requests 1000000; open_file_cache max=1000; gzip_static on;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def feeds_binary():
    """The benchmark `feeds`, as cargo last built it."""
    built = [p for p in (ROOT / "target/release/deps").glob("feeds-*") if os.access(p, os.X_OK) and not p.suffix]
    return max(built, key=lambda p: p.stat().st_mtime)


class Process:
    """A program that runs beside, until the end of a `with`."""

    def __init__(self, *command, **options):
        self.running = subprocess.Popen([str(part) for part in command], **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.terminate()
        self.running.wait()

    def line(self):
        return self.running.stdout.readline().decode().strip()

    def resident_mib(self, peak=False):
        status = pathlib.Path(f"/proc/{self.running.pid}/status").read_text()
        return int(re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+)", status)[1]) / 1024


def feeds(**counts):
    """Starts a publisher; returns it with its address."""
    sizes = [f"{name}={int(count)}" for name, count in counts.items()]
    process = Process(feeds_binary(), "127.0.0.1:0", *sizes, stdout=subprocess.PIPE)
    return process, process.line()


def config(folder, address, publishers, names, port=0, store=None, poll=8):
    """Writes a configuration that follows these feeds of every publisher."""
    store = store or f"sqlite:{folder}/baton.db"
    lines = [f'[server]\nlisten = "127.0.0.1:{port}"', f'[store]\nurl = "{store}"',
             f"[fetch]\nallow_private_networks = true\npoll_interval_secs = {poll}", "[cache]\nmax_mib = 128",
             "[limits]\nrequests_per_minute = 10000000",
             '[mappings]\nactivity_list = ""\nfacility_types = ""\naccessibility_support = ""']
    for number in range(publishers):
        urls = ", ".join(f'"{address}/{number}/{name}"' for name in names)
        lines.append(f'[[publishers]]\nkey = "p{number}"\nname = "Publisher {number}"\nfeeds = [{urls}]')
    path = pathlib.Path(folder) / "baton.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def cpu_of(command, **options):
    """Runs a program; returns its seconds and its seconds of the processor."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([str(part) for part in command], check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.monotonic() - begun, cpu


def row(name, values, unit, limit=None):
    """Prints a line of the table; returns the median."""
    middle = statistics.median(values)
    ratio = "" if limit is None else f"{middle / limit:.2f}"
    print(f"| {name} | {middle:,.1f} | {min(values):,.1f}–{max(values):,.1f} | {unit} | {ratio} |", flush=True)
    return middle


def head(title):
    print(f"\n### {title}\n\n| what | median | spread | unit | ratio |\n|---|---|---|---|---|", flush=True)


def disk_of(folder):
    """Returns the bytes of the database once its write-ahead log, 64 MiB at most whatever it holds, is in it."""
    path = pathlib.Path(folder) / "baton.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def harvest_once(address, names):
    """Harvests into an empty store; returns seconds, seconds of the processor and bytes of the database."""
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        path = config(folder, address, 1, names)
        taken = cpu_of([BATON, "harvest", "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return (*taken, disk_of(folder))


def reference(address, name):
    """Reads a feed with the reference harvester; returns its seconds."""
    folder = ROOT / "target/harvesting-utils"
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", folder, "--no-save", "--silent", "--no-audit", "--no-fund",
                        f"@openactive/harvesting-utils@{REFERENCE}"], check=True)
    script = ROOT / "scripts/bench/reference.js"
    answer = subprocess.run(["node", script, f"{address}/0/{name}"], check=True, capture_output=True,
                            env={**os.environ, "NODE_PATH": str(folder / "node_modules")})
    items, seconds = answer.stdout.decode().split()[-2:]
    return int(items), float(seconds)


def bench_harvest(runs, scale):
    series, sessions = int(20_000 * scale), int(200_000 * scale)
    publisher, address = feeds(series=series, sessions=sessions)
    with publisher:
        mine, theirs, both, cpu, disk_series, disk_session = [], [], [], [], [], []
        for _ in range(runs):
            seconds, alone_cpu, alone_disk = harvest_once(address, ["series"])
            mine.append(series / seconds)
            items, reference_seconds = reference(address, "series")
            assert items == series, f"the reference read {items} of {series}"
            theirs.append(items / reference_seconds)
            all_seconds, _, all_disk = harvest_once(address, ["series", "sessions"])
            both.append(sessions / max(all_seconds - seconds, 0.001))
            parse = subprocess.run([feeds_binary(), "parse", f"series={series}"], check=True, capture_output=True)
            cpu.append(alone_cpu / float(parse.stdout))
            disk_series.append(alone_disk / series)
            disk_session.append((all_disk - alone_disk) / sessions)
    head(f"Harvest of {series:,} series and {sessions:,} sessions")
    limit = row("reference harvester, series (reads only)", theirs, "items/s")
    row("Baton, series (reads, stores, maps, indexes)", mine, "items/s", limit)
    row("Baton, sessions, beyond the series", both, "items/s")
    row("processor time against parsing alone, series", cpu, "times")
    row("disk for a series with its service", disk_series, "bytes")
    row("disk for a session", disk_session, "bytes")


def wrk(url, *headers, connections=64, seconds=3):
    """Asks for a URL as often as goes; returns requests a second and the 99th percentile in ms."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def get(url, *headers):
    request = urllib.request.Request(url, headers=dict(header.split(": ") for header in headers))
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read(), answer.headers


def ready(gateway, seconds=120):
    for _ in range(seconds * 20):
        try:
            return get(f"{gateway}/readyz")
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the gateway did not become ready")


def bench_serving(runs, scale):
    series = int(20_000 * scale)
    publisher, address = feeds(series=series)
    folder = tempfile.mkdtemp(dir=ROOT / "target")
    try:
        with publisher:
            path = config(folder, address, 1, ["series"], port=18080)
            subprocess.run([BATON, "harvest", "--config", path], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        gateway, nginx = "http://127.0.0.1:18080", "http://127.0.0.1:18081"
        (pathlib.Path(folder) / "nginx.conf").write_text(NGINX.format(folder=folder, port=18081))
        www = pathlib.Path(folder) / "www"
        www.mkdir(mode=0o755)
        os.chmod(folder, 0o755)
        with Process(BATON, "serve", "--config", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            ready(gateway)
            page, _ = get(f"{gateway}/v3/services?page=3")
            item = json.loads(page)["contents"][0]["id"]
            detail, _ = get(f"{gateway}/v3/services/{item}")
            for name, body in [("page", page), ("item", detail)]:
                (www / name).write_bytes(body)
                packed, headers = get(f"{gateway}/v3/services?page=3" if name == "page" else f"{gateway}/v3/services/{item}",
                                      "Accept-Encoding: gzip")
                assert headers["content-encoding"] == "gzip"
                (www / f"{name}.gz").write_bytes(packed)
            with Process("nginx", "-c", f"{folder}/nginx.conf", "-p", folder):
                ready_nginx(nginx)
                compare(gateway, nginx, item, runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ready_nginx(nginx):
    for _ in range(100):
        try:
            return get(f"{nginx}/page")
        except OSError:
            time.sleep(0.05)
    raise SystemExit("nginx did not start")


def compare(gateway, nginx, item, runs):
    packed = "Accept-Encoding: gzip"
    kinds = [("page of 50", "/v3/services?page=3", "/page", []), ("page of 50, gzip", "/v3/services?page=3", "/page", [packed]),
             ("page of 50, 304", "/v3/services?page=3", "/page", None), ("one service", f"/v3/services/{item}", "/item", []),
             ("one service, gzip", f"/v3/services/{item}", "/item", [packed])]
    head("Serving, against nginx with the same bytes in files, 64 connections")
    for name, path, file, headers in kinds:
        rates, limits, waits, limit_waits = [], [], [], []
        for _ in range(runs):
            mine, theirs = headers, headers
            if headers is None:
                mine = ["If-None-Match: " + get(gateway + path)[1]["etag"]]
                theirs = ["If-None-Match: " + get(nginx + file)[1]["etag"]]
            for url, sent, rate, wait in [(nginx + file, theirs, limits, limit_waits), (gateway + path, mine, rates, waits)]:
                per_second, p99 = wrk(url, *sent)
                rate.append(per_second)
                wait.append(p99)
        limit = row(f"nginx, {name}", limits, "requests/s")
        row(f"Baton, {name}", rates, "requests/s", limit)
        limit = row(f"nginx, {name}, p99", limit_waits, "ms")
        row(f"Baton, {name}, p99", waits, "ms", limit)


def post(url):
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()


def visible_after(address, gateway, log, runs):
    """Lets one series change, then a page of them; returns how many ms after its page was committed lists show it."""
    waits, before = {1: [], PAGE: []}, 0
    for number in range(runs * 2):
        size = list(waits)[number % 2]
        # What was published before is of another second.
        time.sleep(1.1)
        since = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        log.seek(0, os.SEEK_END)
        # What changes next begins a page of its own.
        post(f"{address}/day?items={before + size}")
        before += PAGE
        begun = time.monotonic()
        while json.loads(get(f"{gateway}/v3/services?per_page=1&modified_after={since}")[0])["total_items"] < size:
            assert time.monotonic() - begun < 60, "changes are not shown"
            time.sleep(0.002)
        seen = time.time()
        committed = [line for line in log.read().splitlines() if re.search(r"page committed.*\bchanged: [1-9]", line)]
        at = datetime.datetime.fromisoformat(re.search(r"\S+Z", committed[-1])[0])
        waits[size].append((seen - at.timestamp()) * 1000)
    return waits


def grow_live(folder, address, services, runs):
    """Harvests into an empty store while serving, then lets series change."""
    gateway = "http://127.0.0.1:18080"
    (pathlib.Path(folder) / "baton.db").unlink()
    path, log = config(folder, address, 1, ["series"], port=18080, poll=1), pathlib.Path(folder) / "log"
    with open(log, "w") as written, open(log) as read, Process(
            BATON, "serve", "--config", path, stdout=subprocess.DEVNULL, stderr=written,
            env={**os.environ, "BATON_LOG": "baton::harvest::poller=debug"}) as serving:
        ready(gateway, 600)
        while json.loads(get(f"{gateway}/v3/services?per_page=1")[0])["total_items"] < services:
            time.sleep(0.2)
        row(f"{services:,} services: resident, harvested while serving", [serving.resident_mib()], "MiB")
        row(f"{services:,} services: at its peak", [serving.resident_mib(peak=True)], "MiB")
        for size, waits in visible_after(address, gateway, read, runs).items():
            row(f"{services:,} services: committed to visible, {size}", waits, "ms")


def bench_growth(runs, scale):
    head("Growth: start, memory, disk, change to visible")
    for services in [int(size * scale) for size in (10_000, 100_000, 300_000, 1_000_000)]:
        publisher, address = feeds(series=services)
        folder = tempfile.mkdtemp(dir=ROOT / "target")
        try:
            with publisher:
                path = config(folder, address, 1, ["series"], port=18080, poll=1)
                seconds, _ = cpu_of([BATON, "harvest", "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                row(f"{services:,} services: harvest", [services / seconds], "items/s")
                disk = disk_of(folder)
                row(f"{services:,} services: disk", [disk / services], "bytes each")
                starts, memory = [], []
                for _ in range(runs):
                    begun = time.monotonic()
                    with Process(BATON, "serve", "--config", path, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) as gateway:
                        ready("http://127.0.0.1:18080", 600)
                        starts.append(time.monotonic() - begun)
                        for page in range(1, 200):
                            get(f"http://127.0.0.1:18080/v3/services?page={page * 7}")
                        memory.append(gateway.resident_mib())
                row(f"{services:,} services: ready after", starts, "s")
                row(f"{services:,} services: resident", memory, "MiB")
                grow_live(folder, address, services, runs)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# Items of each kind in the feeds of the country, February 2026, and how many publishers hold them.
NATION = {"slots": 13_080_000, "sessions": 2_710_000, "events": 1_080_000, "series": 210_000, "facilities": 18_000}
PUBLISHERS = 230


def bench_national(_, scale):
    """All feeds of the country, or a part of each; then a day on which one item in a hundred changes."""
    counts = {name: int(count * scale) for name, count in NATION.items()}
    total = sum(counts.values())
    publisher, address = feeds(publishers=PUBLISHERS, deleted=4, **counts)
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, publisher:
        path = config(folder, address, PUBLISHERS, NATION, port=18080)
        head(f"The country at {scale:.0%}: {total:,} items in {PUBLISHERS * len(NATION):,} feeds")
        for name, items in [("first harvest", total), ("a day of changes", total // 100)]:
            begun, peak = time.monotonic(), 0
            with Process(BATON, "harvest", "--config", path, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL) as harvest:
                while harvest.running.poll() is None:
                    peak = max(peak, harvest.resident_mib(peak=True))
                    time.sleep(0.2)
                assert harvest.running.returncode == 0, "a feed failed"
            seconds = time.monotonic() - begun
            row(f"{name}", [seconds], "s")
            row(f"{name}: items", [items / seconds], "items/s")
            row(f"{name}: memory at its peak", [peak], "MiB")
            disk = disk_of(folder)
            row(f"{name}: disk", [disk / 1e6], "MB")
            post(f"{address}/day?changed=100")
        begun = time.monotonic()
        with Process(BATON, "serve", "--config", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as gateway:
            ready("http://127.0.0.1:18080", 900)
            row("ready after", [time.monotonic() - begun], "s")
            body, _ = get("http://127.0.0.1:18080/v3/services?per_page=1")
            row("services", [json.loads(body)["total_items"]], "")
            row("resident", [gateway.resident_mib()], "MiB")
            # At the start every feed is asked at once.
            time.sleep(60)
            before = cpu_seconds(gateway)
            time.sleep(20)
            row("processor while nothing changes", [(cpu_seconds(gateway) - before) / 20 * 100], "% of a core")


class Postgres(Process):
    """A PostgreSQL server that keeps what it confirms, as it comes from Debian."""

    def __init__(self):
        super().__init__(ROOT / "scripts/postgres-server.sh", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         env={**os.environ, "POSTGRES_DURABLE": "1"})
        self.folder, self.databases = self.line(), 0

    def __exit__(self, *_):
        self.running.stdin.close()
        self.running.wait()

    def database(self):
        """Makes an empty database and returns its address."""
        self.databases += 1
        self.running.stdin.write(f"createdb baton_{self.databases}\n".encode())
        self.running.stdin.flush()
        assert self.line() == "done"
        return f"postgres://postgres@{urllib.parse.quote(self.folder, safe='')}/baton_{self.databases}"


def bench_idle(runs, scale):
    """460 feeds at their end, looked at for so many minutes as there are runs: the quieter the less often they are asked."""
    publishers, names = int(230 * scale), ["series", "sessions"]
    head(f"Idle, {publishers * len(names)} feeds at their end")
    publisher, address = feeds(publishers=publishers, series=publishers * 20, sessions=publishers * 20)
    with publisher, tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        path = config(folder, address, publishers, names, port=18080)
        with Process(BATON, "serve", "--config", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as gateway:
            ready("http://127.0.0.1:18080")
            # What was published is harvested and mapped first.
            time.sleep(60)
            for minute in range(1, runs + 1):
                before = cpu_seconds(gateway)
                time.sleep(60)
                row(f"processor in minute {minute}", [(cpu_seconds(gateway) - before) / 60 * 100], "% of a core")


def bench_stores(runs, scale):
    """The same items into SQLite and into PostgreSQL, of one publisher and of ten, then the same questions to both."""
    counts = {"series": int(20_000 * scale), "sessions": int(200_000 * scale)}
    names = ("SQLite", "PostgreSQL")
    answers = {(name, path): [] for path in ("/v3/services?page=3", "/v3/services/{item}") for name in names}
    head(f"Stores: {counts['series']:,} series and {counts['sessions']:,} sessions, then 64 connections")
    for publishers in (1, 10):
        rates = {name: [] for name in names}
        publisher, address = feeds(publishers=publishers, **counts)
        # Both in the same folder, so that both write to the same disk.
        with publisher, Postgres() as server:
            for _ in range(runs):
                for name in names:
                    with tempfile.TemporaryDirectory() as folder:
                        store = server.database() if name == "PostgreSQL" else None
                        path = config(folder, address, publishers, counts, port=18080, store=store)
                        seconds, _ = cpu_of([BATON, "harvest", "--config", path], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
                        rates[name].append(sum(counts.values()) / seconds)
                        if publishers == 1:
                            ask(path, name, answers)
        compare_stores(f"harvest of {publishers}", "items/s", rates)
    compare_stores("page of 50", "requests/s", of(answers, "?page=3"))
    compare_stores("one service", "requests/s", of(answers, "{item}"))


def compare_stores(what, unit, values):
    limit = row(f"SQLite, {what}", values["SQLite"], unit)
    row(f"PostgreSQL, {what}", values["PostgreSQL"], unit, limit)


def ask(path, name, answers):
    """Serves a store and asks each question as often as goes."""
    gateway = "http://127.0.0.1:18080"
    with Process(BATON, "serve", "--config", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        ready(gateway, 600)
        item = json.loads(get(f"{gateway}/v3/services?page=3")[0])["contents"][0]["id"]
        for asked, rates in answers.items():
            if asked[0] == name:
                rates.append(wrk(gateway + asked[1].format(item=item))[0])


def of(answers, end):
    return {name: rates for (name, path), rates in answers.items() if path.endswith(end)}


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.running.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["harvest", "serving", "growth", "idle", "national", "stores"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    {"harvest": bench_harvest, "serving": bench_serving, "growth": bench_growth, "idle": bench_idle,
     "national": bench_national, "stores": bench_stores}[options.what](options.runs, options.scale)


if __name__ == "__main__":
    main()

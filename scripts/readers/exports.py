"""Has frictionless and DuckDB read the exports of a gateway; fails when one cannot, or reads less."""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path

import duckdb
import duckdb_extension_spatial
from frictionless import Package

GATEWAY = os.environ["GATEWAY"]
FOLDER = Path(os.environ["FOLDER"])
FILES = ["services.ndjson", "services.zip", "services.geojson", "services.parquet"]


def fetch(name):
    path = FOLDER / name
    urllib.request.urlretrieve(f"{GATEWAY}/v3/export/{name}", path)
    return path


def fetch_all():
    """Fetches the files until all show the same change: the demo goes on, and a file rests for some time."""
    for _ in range(90):
        paths = [fetch(name) for name in FILES]
        with urllib.request.urlopen(f"{GATEWAY}/v3/export") as listed:
            changes = {file["made"]["change_number"] for file in json.load(listed)["files"]}
        if len(changes) == 1:
            return paths
        time.sleep(1)
    sys.exit(f"readers: the files show different changes: {changes}")


def check(is_well, what):
    if not is_well:
        sys.exit(f"readers: {what}")


def spatial():
    connection = duckdb.connect()
    folder = Path(duckdb_extension_spatial.__file__).parent
    [extension] = folder.rglob("spatial.duckdb_extension")
    connection.load_extension(str(extension))
    return connection


def count(connection, query):
    return connection.execute(query).fetchone()[0]


lines, package, features, columns = fetch_all()
connection = spatial()
services = count(connection, f"SELECT count(*) FROM read_ndjson('{lines}')")
check(services > 50, f"{services} services in {lines.name}")

report = Package(str(package)).validate()
faults = report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
check(report.valid, f"{package.name}: {report.errors} {faults[:20]}")
rows = {task.name: task.stats.get("rows", 0) for task in report.tasks}
check(rows["service"] == services, f"{rows['service']} services in {package.name}, not {services}")
for table, number in rows.items():
    print(f"readers: {package.name}: {table}: {number} rows")

placed = count(
    connection,
    f"SELECT count(*) FROM st_read('{features}') WHERE st_within(geom, st_makeenvelope(-9, 49, 2, 61))",
)
known = count(connection, f"SELECT count(DISTINCT service_id) FROM st_read('{features}')")
check(known == services, f"{known} services in {features.name}, not {services}")
check(placed > 50, f"{placed} places in Great Britain in {features.name}")
print(f"readers: {features.name}: {known} services, {placed} places")

rows = f"read_parquet('{columns}')"
kinds = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE FROM {rows}").fetchall()}
expected = {"last_modified": "TIMESTAMP WITH TIME ZONE", "latitude": "DOUBLE", "service": "JSON"}
check(expected.items() <= kinds.items(), f"{columns.name}: {kinds}")
told = {service["id"]: service for service in map(json.loads, lines.open())}
points = {
    feature["id"]: feature["geometry"]["coordinates"] if feature["geometry"] else [None, None]
    for feature in json.loads(features.read_text())["features"]
}
query = f"""
    SELECT id, service_id, longitude, latitude, service, last_modified = (service->>'last_modified')::TIMESTAMPTZ
    FROM {rows}
"""
found = connection.execute(query).fetchall()
check(len(found) == len(points), f"{len(found)} rows in {columns.name}, not {len(points)}")
for place, service, longitude, latitude, whole, is_moment in found:
    check([longitude, latitude] == points[place], f"{place} in {columns.name} is elsewhere")
    check(json.loads(whole) == told[service], f"{service} in {columns.name} is another")
    check(is_moment, f"{service} in {columns.name} changed at another time")
check({row[1] for row in found} == told.keys(), f"a service is not in {columns.name}")
of_lines = sum(
    max(1, sum({"latitude", "longitude"} <= at["location"].keys() for at in service.get("service_at_locations", [])))
    for service in told.values()
)
check(len(found) == of_lines, f"{len(found)} rows in {columns.name}, not {of_lines} as {lines.name} has it")
print(f"readers: {columns.name}: {len(told)} services, {len(found)} rows")

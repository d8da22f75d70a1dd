"""What a fit on Spark moves and needs, on paper: bytes, network, memory of a task and time, from measured rates.

    .venv/bin/python -m benchmarks.spark_paper                     the shapes of docs/spark.md
    .venv/bin/python -m benchmarks.spark_paper --listeners 1e6 --items 3e5 --entries 2e8 --nodes 4

Nothing is run. Rates, but that of building, are those that `benchmarks/spark.py` printed on two cores that other work
shared; give others. Popularity and activity are those of `benchmarks/als.py`: Zipf-Mandelbrot and log-normal, no item
with more listeners than there are. Times add network, disk, processors' moving and solving, as if none overlapped.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmarks.als import ACTIVITY, EXPONENT, SHIFT
from tigertail.factorization.als import padded_width
from tigertail.factorization.kernels import UNIT
from tigertail.factorization.units import UNITS_PER_SPAN

GB = 1e9
FLOAT, HALF, CODE, OFFSET = 4, 2, 4, 8


@dataclass(frozen=True)
class Counts:
    """How many rows have how many entries.

    Parameters
    ----------
    sizes
        Entries of a row; float64.
    rows
        How many rows have them; float64.
    """

    sizes: NDArray[np.float64]
    rows: NDArray[np.float64]

    @classmethod
    def of(cls, entries: NDArray[np.integer]) -> Counts:
        """Return the counts of rows that are there."""
        sizes, rows = np.unique(entries, return_counts=True)
        return cls(sizes.astype(float), rows.astype(float))

    @classmethod
    def popularity(cls, items: int, listeners: int, entries: float) -> Counts:
        """Return the listeners of items, no item with more than there are."""
        edges = np.unique(
            np.append(np.geomspace(1, items + 1, 20_000), np.arange(1, 20_001)).astype(np.int64)
        )
        edges = edges[edges <= items + 1]
        rows = np.diff(edges).astype(float)
        share = ((edges[:-1] + edges[1:] - 1) / 2 + SHIFT - 1) ** -EXPONENT
        return cls(_capped(share, rows, listeners, entries), rows)

    @classmethod
    def activity(cls, listeners: int, items: int, entries: float) -> Counts:
        """Return the items of listeners, no listener with more than there are."""
        quantiles = (np.arange(2_000) + 0.5) / 2_000
        share = np.exp(ACTIVITY * np.array([NormalDist().inv_cdf(place) for place in quantiles]))
        rows = np.full(len(share), listeners / len(share))
        return cls(_capped(share, rows, items, entries), rows)

    def needed(self, share: float) -> float:
        """Return how many rows have an entry in a block of the other side that has this share of all entries.

        Each entry is in the block or not, as if by lot.
        """
        inside = -np.expm1(self.sizes * np.log1p(-share)) if share < 1 else np.sign(self.sizes)
        return float(self.rows @ inside)


def _capped(
    share: NDArray[np.float64], rows: NDArray[np.float64], most: int, entries: float
) -> NDArray[np.float64]:
    """Return sizes in proportion to shares, none above the most, that sum up to the entries."""
    if entries > most * rows.sum():
        raise SystemExit(f"{entries:,.0f} pairs do not fit {rows.sum():,.0f} rows of at most {most:,}")
    sizes = share * entries / (share @ rows)
    while (sizes > most).any():  # what a row has too much goes to the others
        free = sizes < most
        sizes[~free] = most
        sizes[free] *= (entries - most * rows[~free].sum()) / (sizes[free] @ rows[free])
    return sizes


@dataclass(frozen=True)
class Shape:
    """What is fitted.

    Parameters
    ----------
    listeners, items
        Rows of the two sides.
    entries
        Pairs of them.
    factors
        Length of the vectors.
    """

    listeners: int
    items: int
    entries: float
    factors: int = 128


@dataclass(frozen=True)
class Machines:
    """The cluster.

    Parameters
    ----------
    nodes, cores
        Machines, and processors of each.
    cpus
        Processors of a task; no figure depends on them.
    network
        Gigabit a second of each.
    disk
        Gigabytes a second of each.
    copies
        Copies that the file system keeps of what is written.
    """

    nodes: int = 8
    cores: int = 8
    cpus: int = 4
    network: float = 10.0
    disk: float = 1.0
    copies: int = 3


@dataclass(frozen=True)
class Rates:
    """What was measured on one core, and building on two.

    Parameters
    ----------
    solving
        Entries a second in half a sweep of 128 factors.
    moving
        Processor seconds of a GiB that tasks read or write, with what Spark costs beside.
    linking
        Processor microseconds of an entry that is linked, once a fit and side, beside moving it.
    building
        Microseconds of a listen that `tigertail build` reads: docs/open-data.md.
    """

    solving: float = 8.83e6
    moving: float = 3.0
    linking: float = 0.17
    building: float = 8.1


@dataclass(frozen=True)
class Half:
    """Half a sweep: one side is solved in blocks, by what the blocks of the other side send.

    Parameters
    ----------
    rows, columns
        Rows of the side, and of the other.
    entries
        Pairs.
    counts
        Entries of the other side's rows.
    blocks
        Blocks of the side; no more than it has units.
    factors
        Length of the vectors.
    """

    rows: int
    columns: int
    entries: float
    counts: Counts
    blocks: int
    factors: int

    @cached_property
    def needed(self) -> float:
        """Vectors that a block needs."""
        return self.counts.needed(1 / self.blocks)

    @property
    def width(self) -> int:
        """Numbers of a vector with its padding."""
        return padded_width(self.factors)

    @property
    def vectors(self) -> float:
        """Bytes of all vectors that are sent, in float16."""
        return self.blocks * self.needed * self.width * HALF

    @property
    def everything(self) -> float:
        """Bytes that would be sent if every block needed everything."""
        return self.blocks * self.columns * self.width * HALF

    @property
    def links(self) -> float:
        """Bytes of all blocks' links: columns and confidences, offsets, and the columns needed."""
        return self.entries * (CODE + FLOAT) + (self.rows + self.blocks * self.needed) * OFFSET

    @property
    def asks(self) -> float:
        """Bytes of what every block is to send."""
        return self.blocks * self.needed * CODE

    @property
    def factors_bytes(self) -> float:
        """Bytes of the side's own vectors."""
        return self.rows * self.width * FLOAT

    @property
    def read(self) -> float:
        """Bytes that tasks read: the other side's vectors and who asks for which, then all that solving needs."""
        own = self.links + self.factors_bytes
        return self.columns * self.width * FLOAT + self.asks + self.vectors + own

    @property
    def written(self) -> float:
        """Bytes that tasks write: what is sent, and the vectors that are solved."""
        return self.vectors + self.factors_bytes

    @property
    def moved(self) -> float:
        """Bytes that tasks read and write."""
        return self.read + self.written

    @property
    def task(self) -> float:
        """Bytes of a task that solves: what it needs, its links as read and used, its rows as read and written."""
        own = (2 * self.links + 2 * self.factors_bytes) / self.blocks
        return self.needed * self.width * HALF + own

    @property
    def driver(self) -> float:
        """Bytes of Gram matrices that the driver reads: a unit's, where a block has not all 256 of a sum."""
        units = -(-self.rows // UNIT)
        whole = max(0, int(units / self.blocks) // UNITS_PER_SPAN - 1) * self.blocks
        return (units - whole * UNITS_PER_SPAN) * self.width**2 * FLOAT + whole * self.width**2 * 2 * FLOAT

    def links_seconds(self, machines: Machines, rates: Rates) -> float:
        """Return what processors take to make the links: entries are read, links written, and asks brought together."""
        entries = self.entries * (CODE + FLOAT) + self.rows * OFFSET
        # Asks are written with the links, read, and written again.
        work = (entries + self.links + 3 * self.asks) / 2**30 * rates.moving
        return (work + self.entries * rates.linking / 1e6) / (machines.nodes * machines.cores)

    def seconds(self, machines: Machines, rates: Rates) -> dict[str, float]:
        """Return what the half takes, by what it waits for."""
        cores = machines.nodes * machines.cores
        away = self.read * (machines.nodes - 1) / machines.nodes + self.written * (machines.copies - 1)
        through = self.read + self.written * machines.copies
        return {
            "network": away / machines.nodes / (machines.network * GB / 8),
            "disk": through / machines.nodes / (machines.disk * GB),
            "moving": self.moved / 2**30 * rates.moving / cores,
            "solving": self.entries * (self.factors / 128) / rates.solving / cores,
        }


def halves(shape: Shape, blocks: tuple[int, int]) -> tuple[Half, Half]:
    """Return the half-sweeps that solve listeners and items; no side has more blocks than units."""
    listeners, items = (
        min(wanted, -(-rows // UNIT))
        for wanted, rows in zip(blocks, (shape.listeners, shape.items), strict=True)
    )
    popularity = Counts.popularity(shape.items, shape.listeners, shape.entries)
    activity = Counts.activity(shape.listeners, shape.items, shape.entries)
    size = shape.entries, shape.factors
    return (
        Half(shape.listeners, shape.items, size[0], popularity, listeners, size[1]),
        Half(shape.items, shape.listeners, size[0], activity, items, size[1]),
    )


def alone(shape: Shape) -> float:
    """Return the bytes that one machine holds: entries by listener and by item, and vectors, some in float16 too."""
    width, rows = padded_width(shape.factors), shape.listeners + shape.items
    matrices = 2 * shape.entries * (CODE + FLOAT) + rows * OFFSET
    return matrices + rows * width * FLOAT + max(shape.listeners, shape.items) * width * HALF


def print_shape(
    name: str, shape: Shape, blocks: Sequence[tuple[int, int]], machines: Machines, rates: Rates, plays: float
) -> None:
    """Print what a shape costs, one column for each way to cut it."""
    ways = [halves(shape, pair) for pair in blocks]
    both = [[sum(half.seconds(machines, rates)[part] for half in pair) for part in _PARTS] for pair in ways]
    rows: list[list[str]] = [
        ["blocks of listeners, of items", *(f"{one.blocks:,}, {two.blocks:,}" for one, two in ways)],
        *(
            [f"{side} solved: {what}", *(form(getattr(pair[place], key), pair[place]) for pair in ways)]
            for place, side in enumerate(("listeners", "items"))
            for what, key, form in (
                ("vectors a block needs", "needed", lambda x, half: f"{x:,.0f} of {half.columns:,}"),
                ("sent, GB", "vectors", lambda x, half: short(x / GB)),
                ("sent if all to all, GB", "everything", lambda x, half: short(x / GB)),
                ("read, GB", "read", lambda x, half: short(x / GB)),
                ("written, GB", "written", lambda x, half: short(x / GB)),
                ("a task holds, GB", "task", lambda x, half: short(x / GB)),
                ("driver reads, GB", "driver", lambda x, half: short(x / GB)),
            )
        ),
        *(
            [f"a sweep: {part}, s", *(short(seconds[place]) for seconds in both)]
            for place, part in enumerate(_PARTS)
        ),
        ["a sweep, s", *(short(sum(seconds)) for seconds in both)],
        ["six sweeps, min", *(short(6 * sum(seconds) / 60) for seconds in both)],
        [
            "links, once, processors, min",
            *(short(sum(half.links_seconds(machines, rates) for half in pair) / 60) for pair in ways),
        ],
    ]
    sizes = f"{shape.listeners:,} listeners, {shape.items:,} items, {shape.entries:,.0f} pairs, {shape.factors} factors"
    where = (
        f"{machines.nodes} nodes of {machines.cores} cores, {machines.cpus} a task, {machines.network:g} Gb/s"
    )
    print(f"{name}: {sizes}\n{where}")
    for label, *cells in rows:
        print(f"{label:<41}" + "".join(f"{cell:>27}" for cell in cells))
    once = 2 * shape.entries * (shape.factors / 128) / rates.solving / machines.cores
    print(
        f"One of these machines alone: {short(alone(shape) / GB)} GB, {short(once)} s a sweep. "
        f"Building from {plays:,.0f} listens on two cores: {short(plays * rates.building / 1e6 / 3600)} hours.\n"
    )


_PARTS = ("network", "disk", "moving", "solving")


def short(number: float) -> str:
    """Write a number with three digits that count."""
    digits = 2 - int(np.floor(np.log10(number))) if number > 0 else 0
    return f"{round(number, digits):,.{max(0, digits)}f}"


LISTENBRAINZ = Shape(30_000, 2_000_000, 1e8)
SERVICE = Shape(10**8, 10**8, 1e11)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    size = ("listeners", "items", "entries")
    for name in size:
        parser.add_argument(f"--{name}", type=float)
    parser.add_argument("--factors", type=int)
    parser.add_argument("--plays", type=float, help="listens that the pairs come of")
    parser.add_argument("--blocks", type=int, nargs="+", help="of both sides; one column each")
    for field in (*fields(Machines), *fields(Rates)):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=None)
    asked = parser.parse_args()
    given = {name: value for name, value in vars(asked).items() if value is not None}
    rates = replace(
        Rates(), **{field.name: given[field.name] for field in fields(Rates) if field.name in given}
    )
    own = {field.name: given[field.name] for field in fields(Machines) if field.name in given}
    if given.keys() & {*size, "factors", "plays", "blocks"}:
        if not given.keys() >= {*size}:
            parser.error("another shape needs --listeners, --items and --entries")
        shape = Shape(int(asked.listeners), int(asked.items), asked.entries, asked.factors or Shape.factors)
        ways = [(blocks, blocks) for blocks in asked.blocks or [16, 256]]
        print_shape("as asked", shape, ways, Machines(**own), rates, asked.plays or asked.entries)
        return
    small, large = Machines(), Machines(nodes=200, cores=16)
    print_shape("ListenBrainz, artists", LISTENBRAINZ, [(2, 8), (8, 32)], replace(small, **own), rates, 1e9)
    ways = [(512, 512), (2_048, 2_048), (8_192, 8_192)]
    print_shape("a service", SERVICE, ways, replace(large, **own), rates, 1e11)


if __name__ == "__main__":
    main()

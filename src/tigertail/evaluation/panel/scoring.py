"""Count the marks of the panel: fitting answers in a list of ten, by system and stratum, the mean over readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.strata import Stratum
from tigertail.errors import DataError
from tigertail.evaluation.panel.lists import PLAIN_ALS_NAME, SYSTEM
from tigertail.evaluation.panel.sheet import DOES_NOT, FITS, MARK, NUMBER, UNKNOWN
from tigertail.evaluation.report import OVERALL
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate
from tigertail.io.files import lacking, read_table

SAMPLES: Final = 10_000  # resamples: so many take little memory, since the queries are few
GROUPS: Final = {
    OVERALL: tuple(stratum.label for stratum in Stratum),
    **{stratum.label: (stratum.label,) for stratum in Stratum},
    "mid and tail": (Stratum.MID.label, Stratum.TAIL.label),
}
"""Strata counted together; mid and tail have most of the panel's artists (``choice.SLOTS``)."""


@dataclass(frozen=True)
class PanelRow:
    """Counts of one system after the artists of some strata.

    Parameters
    ----------
    group
        Which strata: a key of :data:`GROUPS`.
    system
        The system's name.
    queries
        Number of artists.
    fits
        Fitting answers in a list, on average; an answer that the reader does not know does not count.
    unknown
        Answers in a list that the reader does not know, on average.
    judged
        Fitting answers as a share of those the reader knows; NaN where the reader knows none.
    difference
        Fitting answers more than the reference has, paired by query; None for the reference.
    ratio
        Fitting answers as a multiple of the reference's; None for the reference, and where it has none.
    """

    group: str
    system: str
    queries: int
    fits: Estimate
    unknown: float
    judged: float
    difference: Estimate | None
    ratio: Estimate | None


@dataclass(frozen=True)
class PanelScores:
    """All counts of a panel.

    Parameters
    ----------
    reference
        The system that the others are compared with.
    marks
        How often each mark was given, by all readers.
    agreement
        Share of the answers marked alike by two readers, the mean over pairs of readers; None for one reader.
    rows
        Counts, group by group.
    """

    reference: str
    marks: dict[str, int]
    agreement: float | None
    rows: list[PanelRow]


def read_marks(path: Path, key: pl.DataFrame) -> pl.DataFrame:
    """Read the marks of a sheet: a CSV file with the columns number and mark.

    Returns
    -------
    pl.DataFrame
        Columns number and mark ("1" fits, "0" does not, "?" unknown): one row for each number of the key.

    Raises
    ------
    DataError
        If the file is missing or lacks a column; if a mark is none of the three, or a number is not in the key, is
        marked twice or has no mark.
    """
    remedy = f"write a CSV file with the columns {NUMBER},{MARK}: {FITS} fits, {DOES_NOT} does not, {UNKNOWN} unknown"
    table = read_table(path, remedy=remedy, as_text=True)
    if missing := [column for column in (NUMBER, MARK) if column not in table.columns]:
        raise lacking(missing, table, path=path, remedy=remedy)
    breaks = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))  # in quotes
    marks = table.select(
        pl.col(NUMBER).str.strip_chars().cast(pl.Int64, strict=False),
        pl.col(MARK).str.strip_chars().fill_null(""),
        raw=pl.col(NUMBER).fill_null(""),
        line=pl.int_range(2, pl.len() + 2) + breaks.cum_sum() - breaks,  # below the header
    ).filter((pl.col("raw") != "") | (pl.col(MARK) != ""))
    numbers = key[NUMBER].drop_nulls().unique().sort()
    unusable = (
        (~pl.col(MARK).is_in([FITS, DOES_NOT, UNKNOWN]).fill_null(False), "the mark of", remedy),
        (
            ~pl.col(NUMBER).is_in(numbers.implode()).fill_null(False),
            "the key lacks",
            "give the key of the sheet that was marked",
        ),
        (pl.col(NUMBER).is_duplicated(), "two marks of", "keep one row for each number"),
    )
    for wrong, problem, advice in unusable:
        if len(found := marks.filter(wrong)):
            number, mark, line = found.select("raw", MARK, "line").row(0)
            shown = f" is '{mark}'" if problem == "the mark of" else ""
            raise DataError(f"{problem} number {number}{shown}", path=path, line=line, remedy=advice)
    if len(unmarked := numbers.filter(~numbers.is_in(marks[NUMBER].implode()))):
        raise DataError(
            f"{len(unmarked):,} numbers have no mark, the first is {unmarked[0]}",
            path=path,
            remedy=f"mark them, with {UNKNOWN} where the reader does not know",
        )
    return marks.select(NUMBER, MARK)


def score_marks(
    key: pl.DataFrame, marks: Sequence[pl.DataFrame], *, reference: str = PLAIN_ALS_NAME, seed: int = 0
) -> PanelScores:
    """Count fitting answers, with 95 % intervals from resampled queries; all systems have the same resamples.

    Parameters
    ----------
    key
        As :func:`tigertail.evaluation.panel.read_key` returns it.
    marks
        Those of each reader, as :func:`read_marks` returns them; each reader counts alike.
    reference
        The system that the others are compared with.
    seed
        Seed of the resamples.

    Raises
    ------
    DataError
        If the key lacks the reference.
    """
    systems = key[SYSTEM].unique(maintain_order=True).to_list()
    if reference not in systems:
        raise DataError(
            f"the key has no system '{reference}'", remedy=f"it has {', '.join(systems)}: see --reference"
        )
    counted = (
        key.join(pl.concat(marks), on=NUMBER, how="left")
        .group_by(c.STRATUM, SYSTEM, c.TARGET_ITEM_ID)
        .agg(*((pl.col(MARK) == mark).sum().alias(mark) / len(marks) for mark in (FITS, DOES_NOT, UNKNOWN)))
    )
    rows = []
    for group, members in GROUPS.items():
        own = counted.filter(pl.col(c.STRATUM).is_in(members))
        if len(own):
            rows += list(_rows(group, own, systems, reference, seed))
    given = pl.concat(marks)[MARK]
    tally = {mark: int((given == mark).sum()) for mark in (FITS, DOES_NOT, UNKNOWN)}
    return PanelScores(reference, tally, _agreement(marks), rows)


def _agreement(marks: Sequence[pl.DataFrame]) -> float | None:
    if len(marks) == 1:
        return None
    alike = [
        (one.sort(NUMBER)[MARK] == other.sort(NUMBER)[MARK]).mean() for one, other in combinations(marks, 2)
    ]
    return float(np.mean(np.array(alike, np.float64)))


def _rows(group: str, own: pl.DataFrame, systems: list[str], reference: str, seed: int) -> Iterator[PanelRow]:
    queries = own[c.TARGET_ITEM_ID].unique().sort()
    bootstrap = ClusterBootstrap(np.arange(len(queries), dtype=np.int32), SAMPLES, seed)
    fits = {system: _by_query(own, system, FITS, queries) for system in systems}
    base = fits[reference]
    for system in systems:
        unknown = _by_query(own, system, UNKNOWN, queries).mean()
        known = fits[system].sum() + _by_query(own, system, DOES_NOT, queries).sum()
        compared = system != reference
        yield PanelRow(
            group,
            system,
            len(queries),
            bootstrap.estimate(fits[system]),
            float(unknown),
            float(fits[system].sum() / known) if known else float("nan"),
            bootstrap.estimate(fits[system] - base) if compared else None,
            _ratio(bootstrap, fits[system], base) if compared and base.any() else None,
        )


def _by_query(own: pl.DataFrame, system: str, mark: str, queries: pl.Series) -> NDArray[np.float64]:
    """Return how often a system's answers got a mark, for each query; no list is no mark."""
    of_system = own.filter(pl.col(SYSTEM) == system).select(c.TARGET_ITEM_ID, mark)
    joined = queries.to_frame().join(of_system, on=c.TARGET_ITEM_ID, how="left", maintain_order="left")
    return joined[mark].fill_null(0).cast(pl.Float64).to_numpy()


def _ratio(bootstrap: ClusterBootstrap, fits: NDArray[np.float64], base: NDArray[np.float64]) -> Estimate:
    drawn = bootstrap.means(np.stack([fits, base], axis=1))
    drawn = drawn[drawn[:, 1] > 0]
    return Estimate.of(float(fits.mean() / base.mean()), drawn[:, 0] / drawn[:, 1])

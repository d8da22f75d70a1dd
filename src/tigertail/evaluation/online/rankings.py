"""A log and rankings as integer codes: a cell is a pair of query and item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.evaluation.online.log import Log, codes_of, whole_numbers
from tigertail.evaluation.online.position_bias import Examination

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums for each cell over the rows of a log at ranks whose examination is known, with weights of listeners.

    Parameters
    ----------
    positive
        Times positive, which is played or liked, and neither disliked nor hidden; float64, (cells,).
    examined
        Expected number of examinations; float64, (cells,).
    shown
        Times shown; float64, (cells,).
    """

    positive: Reals
    examined: Reals
    shown: Reals


@dataclass(frozen=True, eq=False)
class Shown:
    """The rows of a log as integer codes.

    Parameters
    ----------
    cells
        Columns query, item, query_code, item_code; one row per cell.
    cell, rank, positive, listener
        Of each row of the log.
    list_query, list_listener
        Of each list.
    """

    cells: pl.DataFrame
    cell: Codes
    rank: Codes
    positive: Reals
    listener: Codes
    list_query: Codes
    list_listener: Codes

    @classmethod
    def of(cls, log: Log) -> Self:
        """Code the rows of a log."""
        cells = log.shown.select("query", "item").unique(maintain_order=True).with_row_index("cell")
        cells = _with_codes(cells, "query", "item")
        rows = _with_codes(log.shown, "listener")
        rows = rows.join(cells, on=["query", "item"], maintain_order="left")
        lists = rows.unique("list", maintain_order=True)
        return cls(
            cells,
            rows["cell"].to_numpy().astype(np.int64),
            rows["rank"].to_numpy(),
            rows["positive"].to_numpy().astype(np.float64),
            rows["listener_code"].to_numpy(),
            lists["query_code"].to_numpy(),
            lists["listener_code"].to_numpy(),
        )

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return int(self.listener.max()) + 1

    @property
    def queries(self) -> int:
        """Number of queries."""
        return int(self.list_query.max()) + 1

    def asked(self, weights: Reals) -> Reals:
        """Return the weighted number of lists of each query; (queries,)."""
        return _totals(self.list_query, weights[self.list_listener], self.queries)

    def sums(self, weights: Reals, curve: Examination) -> Sums:
        """Add up the log over listeners.

        Parameters
        ----------
        weights
            Weight of each listener; float64, (listeners,).
        curve
            Examination by rank. Rows at ranks without an estimate do not count.
        """
        examined = curve.of(self.rank)
        each = weights[self.listener] * np.isfinite(examined)
        cells = len(self.cells)
        return Sums(
            _totals(self.cell, each * self.positive, cells),
            _totals(self.cell, each * np.nan_to_num(examined), cells),
            _totals(self.cell, each, cells),
        )


@dataclass(frozen=True, eq=False)
class Ranking:
    """A ranking as integer codes; -1 stands for an item never shown, for the query or at all.

    Parameters
    ----------
    query, cell, item, rank
        Of each place; int64, (places,).
    """

    query: Codes
    cell: Codes
    item: Codes
    rank: Codes

    @property
    def discount(self) -> Reals:
        """Weight of each place."""
        return np.asarray(1 / np.log2(self.rank + 1.0))

    def only(self, queries: NDArray[np.bool_]) -> Ranking:
        """Return the lists of the queries of a mask; bool, (queries,)."""
        kept = queries[self.query]
        return Ranking(self.query[kept], self.cell[kept], self.item[kept], self.rank[kept])


def rankings_of(
    tables: Mapping[str, pl.DataFrame], shown: Shown, k: int
) -> tuple[list[Ranking], NDArray[np.bool_]]:
    """Return the first ``k`` places of rankings as codes, and which queries all rankings answer; bool, (queries,).

    Raises
    ------
    DataError
        If a column is missing or of another type, a row has no item, no whole rank from 1 on or no finite score, or an
        item or a rank is in a list twice; or if no query has a list with one of these places in all rankings.
    """
    cells = shown.cells.rename({"item": c.ITEM_ID})
    queries = cells.select("query", "query_code").unique()
    items = cells.select(c.ITEM_ID, "item_code").unique()
    cells = cells.select("query_code", c.ITEM_ID, "cell")
    coded = []
    answered = np.ones(shown.queries, np.bool_)
    for name, table in tables.items():
        ranked = _ranked(name, table).filter(pl.col(c.RANK) <= k)
        ranked = ranked.join(queries, left_on=c.TARGET_ITEM_ID, right_on="query")
        ranked = ranked.join(cells, on=["query_code", c.ITEM_ID], how="left").join(
            items, on=c.ITEM_ID, how="left"
        )
        ranked = ranked.sort("query_code", c.RANK)
        columns = ("query_code", "cell", "item_code", c.RANK)
        coded.append(Ranking(*(ranked[column].cast(pl.Int64).fill_null(-1).to_numpy() for column in columns)))
        answered &= np.isin(np.arange(shown.queries), coded[-1].query)
    if not answered.any():
        raise DataError(
            f"no query of the log has a list with ranks up to {k} in every ranking",
            remedy="write lists for the queries of the log: tigertail neighbours MODEL --out lists.parquet",
        )
    return [ranking.only(answered) for ranking in coded], answered


def _ranked(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """Return lists with ranks, computed from their scores if they have none."""
    missing = [column for column in (c.TARGET_ITEM_ID, c.ITEM_ID) if column not in table.columns]
    if c.RANK not in table.columns and c.SCORE not in table.columns:
        missing.append(f"{c.RANK} or {c.SCORE}")
    if missing:
        raise DataError(
            f"the lists of {name} lack the column {', '.join(missing)}",
            remedy="write them as tigertail neighbours does",
        )
    by_rank = c.RANK in table.columns
    order = c.RANK if by_rank else c.SCORE
    number = pl.col(order)
    try:
        lists = table.select(
            pl.col(c.TARGET_ITEM_ID, c.ITEM_ID).cast(pl.String),
            whole_numbers(order) if by_rank else number.cast(pl.Float64, strict=False),
        )
    except pl.exceptions.PolarsError as cause:
        raise DataError(
            f"the lists of {name} have a column of another type ({str(cause).partition(chr(10))[0]})",
            remedy="write them as tigertail neighbours does",
        ) from None
    sound = pl.all_horizontal(pl.all().is_not_null()) & (number >= 1 if by_rank else number.is_finite())
    wrong = {
        f"no item or no {'whole rank from 1 on' if by_rank else 'finite score'}": ~sound.fill_null(False),
        "an item that their list has twice": pl.struct(c.TARGET_ITEM_ID, c.ITEM_ID).is_duplicated(),
    }
    if by_rank:
        wrong["a rank that their list has twice"] = pl.struct(c.TARGET_ITEM_ID, c.RANK).is_duplicated()
    for problem, rows_with_it in wrong.items():
        if rows := lists.filter(rows_with_it).height:
            raise DataError(
                f"the lists of {name} have {problem} in {rows:,} of {lists.height:,} rows",
                remedy="write them as tigertail neighbours does",
            )
    if not by_rank:
        number = number.rank("ordinal", descending=True).over(c.TARGET_ITEM_ID)
    return lists.select(c.TARGET_ITEM_ID, c.ITEM_ID, number.cast(pl.Int64).alias(c.RANK))


def _with_codes(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return rows.with_columns(pl.Series(f"{column}_code", codes_of(rows[column])) for column in columns)


def _totals(codes: Codes, amounts: Reals, size: int) -> Reals:
    return np.bincount(codes, amounts, size).astype(np.float64)

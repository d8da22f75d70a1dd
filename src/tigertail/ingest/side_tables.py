"""Rows about items that a build links and merges, and no more: collected while sources are read, merged at the end."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM_REFERENCE, PAIR_REFERENCES, Intake, Merge, TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.ingest.accumulator import REF
from tigertail.ingest.descriptors import without_empty
from tigertail.io.quarantine import Quarantine

REF_B: Final = "ref_b"  # the second item of a pair, until all sources have been read
FROM: Final = "#from"  # the source of a row; ``source`` is a column of availability


class SideTables:
    """Rows of every table whose intake is :attr:`~tigertail.dataset.table_spec.Intake.ROWS`.

    Parameters
    ----------
    quarantine
        Takes warnings: an item that is paired with itself.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self._rows: dict[str, list[pl.DataFrame]] = {
            name: [] for name, spec in TABLES.items() if spec.intake is Intake.ROWS
        }

    def add(self, table: str, rows: pl.DataFrame, source: str) -> None:
        """Add clean rows that have a ``ref``; rows of pairs also have a ``ref_b``."""
        replaced = [name for name in (*ITEM_REFERENCE, *chain(*PAIR_REFERENCES)) if name in rows.columns]
        self._rows[table].append(rows.drop(replaced).with_columns(pl.lit(source).alias(FROM)))

    def tables(self, item_of: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
        """Return the tables that have a row; rows without a known item are dropped.

        How many of them there are, :mod:`tigertail.ingest.linking` counts. It is to be called once: the rows are not
        kept.

        Parameters
        ----------
        item_of
            ``ref`` and ``item_id``.
        """
        tables = {}
        for name, frames in self._rows.items():
            if frames:
                rows = pl.concat(frames, how="diagonal")
                frames.clear()
                tables[name] = self._merged(TABLES[name], rows, item_of)
        return {name: table for name, table in tables.items() if not table.is_empty()}

    def _merged(self, spec: TableSpec, rows: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
        """Replace references by ids of items, and merge rows with the same key."""
        rows = rows.join(item_of, on=REF)
        if spec.is_pairs:
            rows = self._pairs(rows, item_of)
        rows = without_empty(rows.drop(REF, FROM))
        key = [name for name in spec.columns if name in rows.columns and name != spec.merged]
        if spec.descriptors:
            key += [name for name in rows.columns if name not in spec.columns]
        if spec.merge is Merge.DISTINCT or spec.merged is None:
            return rows.select(key).unique().sort(key)
        value = pl.col(spec.merged)
        if spec.merge is Merge.MAX:
            return rows.group_by(key).agg(value.max()).sort(key)
        # Sorted first, so that sums of fractions come out the same every time.
        return rows.sort(*key, spec.merged).group_by(key).agg(value.sum()).sort(key)

    def _pairs(self, rows: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
        """Add the second item of each pair; drop pairs of an item with itself, with a warning."""
        second = item_of.select(pl.col(REF).alias(REF_B), pl.col(c.ITEM_ID).alias(c.ITEM_B))
        rows = rows.rename({c.ITEM_ID: c.ITEM_A}).join(second, on=REF_B)
        same = pl.col(c.ITEM_A) == pl.col(c.ITEM_B)
        for source, count in rows.filter(same).group_by(FROM).len().sort(FROM).iter_rows():
            self._quarantine.warn(source, "an item paired with itself, left out", count)
        return rows.filter(~same)

"""Tables beside plays, profiles and items: gathered as they come, merged once the items are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.accumulator import REF
from tigertail.ingest.descriptors import without_empty
from tigertail.ingest.formats.source import PAIR_SIDES, REFERENCE
from tigertail.io.quarantine import Quarantine

REF_B: Final = "ref_b"  # the second item of a pair, until all sources have been read
FROM: Final = "#from"  # the source of a row
_ANNOTATION_KEY: Final = (c.ITEM_ID, c.FACET, c.LABEL, c.SOURCE, c.ANNOTATOR)


class SideTables:
    """Rows of annotations, audio, sequences, mentions and pairs.

    Parameters
    ----------
    quarantine
        Where rows go that turn out to be of no use.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self._rows: dict[str, list[pl.DataFrame]] = {name: [] for name in _MERGED}

    def add(self, table: str, rows: pl.DataFrame, source: str) -> None:
        """Add clean rows that have a ``ref``, and of pairs a ``ref_b``."""
        names = [name for name in (*REFERENCE, *PAIR_SIDES[0], *PAIR_SIDES[1]) if name in rows.columns]
        self._rows[table].append(rows.drop(names).with_columns(pl.lit(source).alias(FROM)))

    def tables(self, item_of: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
        """Return the tables that have a row, without the rows that speak of no item.

        Parameters
        ----------
        item_of
            ``ref`` and ``item_id``.
        """
        tables = {}
        for name, merge in _MERGED.items():
            if self._rows[name]:
                whole = pl.concat(self._rows.pop(name), how="diagonal")
                tables[name] = merge(whole.join(item_of, on=REF), item_of, self._quarantine)
        return {name: table for name, table in tables.items() if not table.is_empty()}


def _annotations(rows: pl.DataFrame, item_of: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Keep one of annotations made twice, with the greater weight."""
    key = [name for name in _ANNOTATION_KEY if name in rows.columns]
    return rows.group_by(key).agg(pl.col(c.WEIGHT).max()).sort(key)


def _mentions(rows: pl.DataFrame, item_of: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Sum the mentions of an item in a document."""
    key = [c.ITEM_ID, c.DOCUMENT_ID]
    return rows.group_by(key).agg(pl.col(c.COUNT).sum()).sort(key)


def _audio(rows: pl.DataFrame, item_of: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Keep each row once; an item may have several."""
    named = without_empty(rows.drop(REF, FROM))
    first = [name for name in (c.ITEM_ID, c.CLIP_ID) if name in named.columns]
    descriptors = [name for name in named.columns if name not in first]
    return named.select(*first, *descriptors).unique().sort(*first, *descriptors)


def _sequences(rows: pl.DataFrame, item_of: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Keep each item once in a place of a sequence; a place may be shared."""
    key = [c.SEQUENCE_ID, c.POSITION, c.ITEM_ID]
    kept = [*key, *(name for name in (c.CURATOR,) if name in rows.columns)]
    return rows.select(kept).unique().sort(kept)


def _pairs(rows: pl.DataFrame, item_of: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Sum equal pairs; an item says nothing of itself."""
    second = item_of.select(pl.col(REF).alias(REF_B), pl.col(c.ITEM_ID).alias(c.ITEM_B))
    rows = rows.rename({c.ITEM_ID: c.ITEM_A}).join(second, on=REF_B)
    alone = pl.col(c.ITEM_A) == pl.col(c.ITEM_B)
    for source, count in rows.filter(alone).group_by(FROM).len().sort(FROM).iter_rows():
        quarantine.warn(source, "an item paired with itself, left out", count)
    key = [c.ITEM_A, c.ITEM_B]
    return rows.filter(~alone).sort(*key, c.COUNT).group_by(key).agg(pl.col(c.COUNT).sum()).sort(key)


_MERGED: Final[dict[str, Callable[[pl.DataFrame, pl.DataFrame, Quarantine], pl.DataFrame]]] = {
    c.ANNOTATIONS_TABLE: _annotations,
    c.AUDIO_TABLE: _audio,
    c.SEQUENCES_TABLE: _sequences,
    c.MENTIONS_TABLE: _mentions,
    c.PAIRS_TABLE: _pairs,
}

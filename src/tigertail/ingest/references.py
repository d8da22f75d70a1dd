"""How the rows of sources name their items: each way once, until all sources have been read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.accumulator import REF
from tigertail.ingest.formats import Source
from tigertail.ingest.formats.source import PAIR_SIDES, REFERENCE
from tigertail.ingest.side_tables import REF_B

NAMESPACE: Final = "namespace"
CATALOGUE: Final = "catalogue"  # whether a table of items says it
ROWS: Final = "rows"

_SAID: Final = (*REFERENCE, c.COUNTRY)


def with_refs(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Return ``rows`` with a ``ref``, a number that stands for how a row names its item."""
    fields = [pl.lit(source.space), pl.lit(source.named), pl.lit(source.kind)]
    fields += [pl.col(name) if name in rows.columns else pl.lit(None, pl.String) for name in REFERENCE]
    text = pl.concat_str([field.fill_null("\0") for field in fields], separator="\1")
    return rows.with_columns(text.hash().alias(REF))


def references(rows: pl.DataFrame, source: Source, *, catalogue: bool) -> pl.DataFrame:
    """Return the distinct references among rows that have a ``ref``, and how many rows make each.

    Parameters
    ----------
    rows
        As :func:`with_refs` returns them.
    source
        Where they come from.
    catalogue
        Whether they are a table of items, whose names are to be preferred.
    """
    present = [name for name in _SAID if name in rows.columns]
    counted = rows.group_by(REF, *present).agg(pl.len().cast(pl.UInt64).alias(ROWS))
    return counted.select(
        REF,
        pl.lit(source.space).alias(NAMESPACE),
        pl.lit(source.named).alias(c.SOURCE),
        pl.lit(source.kind).alias(c.KIND),
        *(pl.col(name) if name in present else pl.lit(None, pl.String).alias(name) for name in _SAID),
        pl.lit(catalogue).alias(CATALOGUE),
        ROWS,
    )


def pair_refs(rows: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return pairs with a ``ref`` for the one item and a ``ref_b`` for the other, and all their references."""
    sides = []
    for side in PAIR_SIDES:
        named = {
            theirs: ours for theirs, ours in zip(side, REFERENCE, strict=False) if theirs in rows.columns
        }
        sides.append(with_refs(rows.select(*named).rename(named), source))
    refs = pl.concat([references(side, source, catalogue=False) for side in sides])
    both = [side[REF].alias(name) for side, name in zip(sides, (REF, REF_B), strict=True)]
    return rows.with_columns(both), refs


def condense(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge equal references, adding up their rows."""
    whole = pl.concat(frames)
    return whole.group_by(pl.exclude(ROWS)).agg(pl.col(ROWS).sum())

"""Cleaning of audio descriptors: values that are not finite numbers in float32 are left out and counted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tigertail.ingest.formats.source import DESCRIPTOR
from tigertail.io.quarantine import EXAMPLES, Quarantine


def descriptors_of(rows: pl.DataFrame) -> list[str]:
    """Return the columns that are descriptors."""
    return [name for name in rows.columns if name.startswith(DESCRIPTOR)]


def clean_descriptors(
    rows: pl.DataFrame, source: str, quarantine: Quarantine, missing_marks: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the rows with descriptors as finite float32; anything else is null, and counted by column.

    What is empty or stands for a missing value is null, and not counted.

    Parameters
    ----------
    rows
        Raw rows of the source.
    source
        Its name.
    quarantine
        Where the count goes.
    missing_marks
        Texts that stand for a missing value.
    """
    names = descriptors_of(rows)
    stripped = {name: pl.col(name).str.strip_chars() for name in names if rows[name].dtype == pl.String}
    raw = rows.with_columns(
        pl.when(~text.is_in(["", *missing_marks])).then(text).alias(name) for name, text in stripped.items()
    )
    numbers = raw.select(pl.col(names).cast(pl.Float32, strict=False))
    finite = numbers.select(pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in names)
    lost = {name: finite[name].null_count() - raw[name].null_count() for name in names}
    for name in (name for name in names if lost[name]):
        bad = raw[name].filter(finite[name].is_null() & raw[name].is_not_null())
        examples = bad.unique(maintain_order=True).head(EXAMPLES).cast(pl.String).to_list()
        what = f"{name.removeprefix(DESCRIPTOR)} is not a finite number, left out"
        quarantine.warn(source, what, lost[name], examples)
    return rows.with_columns(finite)


def without_empty(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with descriptors under their own names; descriptors that are null in all rows are dropped.

    Rows without descriptors are returned as they are.
    """
    names = descriptors_of(rows)
    empty = [name for name in names if rows[name].null_count() == rows.height]
    return rows.drop(empty).rename(
        {name: name.removeprefix(DESCRIPTOR) for name in names if name not in empty}
    )

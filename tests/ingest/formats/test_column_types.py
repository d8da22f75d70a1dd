"""Types of columns: what the values of each are as text."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from tigertail.ingest.formats.column_types import as_text


@pytest.mark.parametrize(
    "values",
    [
        pl.Series(["311", "2.5"]),
        pl.Series([311.0, 2.5]),
        pl.Series([Decimal("311.0"), Decimal("2.5")]),
        pl.Series([b"311", b"2.5"]),
        pl.Series(["311", "2.5"], dtype=pl.Categorical),
    ],
    ids=lambda values: str(values.dtype),
)
def test_a_whole_number_is_one_text_whatever_its_type(values: pl.Series) -> None:
    assert as_text(values).to_list() == ["311", "2.5"]

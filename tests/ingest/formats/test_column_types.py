"""Types of columns: what the values of each are as text, and what to do with those that cannot be read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import as_text
from tigertail.ingest.formats.parquet import Parquet
from tigertail.io.quarantine import Quarantine


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


def test_a_descriptor_that_cannot_be_read_can_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "audio.parquet"
    pl.DataFrame({"name": ["Can"], "energy": [{"low": 0.5, "high": 0.25}]}).write_parquet(file)
    audio = Parquet(format="parquet", path=file, table="audio")
    with pytest.raises(DataError, match="cannot be read as a descriptor") as caught:
        list(audio.read(Quarantine()))
    assert caught.value.remedy == "leave it out: without = ['energy']"
    (batch,) = audio.model_copy(update={"without": ("energy",)}).read(Quarantine())
    assert batch.rows.select("name", "@energy.low", "@energy.high").rows() == [("Can", 0.5, 0.25)]

"""Ids that went through floats or bytes: where it is not known which they were, nobody is taken for another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.support import csv_source, parquet_source

from tigertail import Dataset
from tigertail.errors import DataError
from tigertail.ingest.formats import Source
from tigertail.io.quarantine import Quarantine

Read = Callable[[Source], dict[str, pl.DataFrame]]

LARGE = 2**53
assert float(LARGE) == float(LARGE + 1), "two listeners, one float"


@pytest.mark.parametrize(
    "ids",
    [
        pl.Series([7, LARGE, None], dtype=pl.Float64),
        pl.Series([7, -LARGE, None], dtype=pl.Float64),
        pl.Series([7, 2**24, None], dtype=pl.Float32),
    ],
    ids=["float64", "negative", "float32"],
)
@pytest.mark.parametrize("column", ["listener_id", "item_id"])
def test_floats_that_stand_for_several_ids_are_refused(
    column: str, ids: pl.Series, tmp_path: Path, read: Read
) -> None:
    source = parquet_source(
        tmp_path, {"listener_id": ["a", "b", "c"], "item_id": ["x", "y", "z"]} | {column: ids}
    )
    with pytest.raises(
        DataError, match=f"column '{column}' is of type {ids.dtype}, and has ids of"
    ) as caught:
        read(source)
    assert caught.value.line == 2
    assert caught.value.remedy.startswith("save the ids as whole numbers or as text")


def test_a_large_float_in_a_list_is_refused(tmp_path: Path, read: Read) -> None:
    source = parquet_source(tmp_path, {"listener_id": ["a", "b"], "item_id": [[1.0], [2.0, float(LARGE)]]})
    with pytest.raises(DataError, match=r"line 2: column 'item_id' is of type Float64"):
        read(source)


@pytest.mark.parametrize("ids", ["7.0 9007199254740992.0", "7.0 1.7301234567890125e+18"])
def test_text_that_a_program_wrote_from_such_floats_is_refused(ids: str, tmp_path: Path, read: Read) -> None:
    one, other = ids.split()
    with pytest.raises(DataError, match="listener_id has ids of 9,007,199,254,740,992 and more in floats"):
        read(csv_source(tmp_path, f"listener_id,item_id\n{one},x\n{other},y\n"))


def test_long_ids_in_whole_numbers_or_text_are_as_good_as_any(tmp_path: Path, read: Read) -> None:
    whole = {"listener_id": [LARGE, LARGE + 1], "item_id": ["9007199254740992.0", "1e+18 live"]}
    plays = read(parquet_source(tmp_path, whole))["plays"]
    assert plays["listener_id"].to_list() == [str(LARGE), str(LARGE + 1)]
    assert plays["item_id"].to_list() == whole["item_id"]


def test_files_are_not_joined_by_such_floats(tmp_path: Path, read: Read) -> None:
    other = tmp_path / "tracks.parquet"
    pl.DataFrame({"track": [float(LARGE)], "artist": ["Can"]}).write_parquet(other)
    source = parquet_source(
        tmp_path,
        {"listener_id": ["a"], "track": [LARGE + 1]},
        columns={"listener_id": "listener_id", "name": "join.artist"},
        join={"path": str(other), "on": "track"},
    )
    with pytest.raises(DataError, match=r"tracks\.parquet: column 'track' is of type Float64"):
        read(source)


def test_frames_refuse_them_by_the_name_that_they_have_there() -> None:
    plays = {"user": [1.0, None, float(LARGE)], "artist": ["Can", "Can", "Sade"]}
    with pytest.raises(DataError, match="plays, line 3: column 'user' is of type Float64"):
        Dataset.of(plays)


def test_ids_in_bytes_that_are_no_text_are_refused(tmp_path: Path, read: Read) -> None:
    source = parquet_source(tmp_path, {"listener_id": [b"ann", b"\xff" * 16], "name": ["Can", "Sade"]})
    with pytest.raises(
        DataError, match="line 2: column 'listener_id' is of type Binary, and holds bytes"
    ) as caught:
        read(source)
    assert caught.value.remedy == "save the ids as text"


def test_a_name_in_such_bytes_is_left_out_and_counted(
    tmp_path: Path, read: Read, quarantine: Quarantine
) -> None:
    columns = {"listener_id": ["ann", "bob"], "item_id": ["x", "y"], "name": [b"Can", b"Sad\xe9"]}
    plays = read(parquet_source(tmp_path, columns))["plays"]
    assert plays["name"].to_list() == ["Can", None]
    assert quarantine.warnings == {("t", "name in bytes that are no UTF-8, left out"): 1}

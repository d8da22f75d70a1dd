"""A dataset in a picture."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.summary_plot import plot
from tigertail.errors import TigertailError


@pytest.fixture
def one_play(tmp_path: Path) -> Dataset:
    plays = pl.DataFrame({c.LISTENER_ID: ["ann"], c.ITEM_ID: ["a"], c.PLAYS: [1.0]})
    return Dataset.write(tmp_path / "one", {c.PLAYS_TABLE: plays}, name="one play")


def test_even_the_smallest_dataset_can_be_drawn(one_play: Dataset, tmp_path: Path) -> None:
    plot(one_play, tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written(one_play: Dataset, tmp_path: Path) -> None:
    with pytest.raises(TigertailError, match="unknown picture format"):
        plot(one_play, tmp_path / "one.xyz")
    (tmp_path / "file").write_text("")
    with pytest.raises(TigertailError):
        plot(one_play, tmp_path / "file" / "one.png")

"""A dataset in a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset import summary_plot
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


def titles(dataset: Dataset, file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """Return the titles of what is drawn, and all texts of the first axes."""
    figures: list[Any] = []
    monkeypatch.setattr(summary_plot, "save_figure", lambda figure, file: figures.append(figure))
    plot(dataset, file)
    first = figures[0].axes[0]
    return [axes.get_title(loc="left") for axes in figures[0].axes], " ".join(
        t.get_text() for t in first.texts
    )


def test_a_fit_is_told_of_only_where_there_is_one(
    one_play: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, texts = titles(one_play, tmp_path / "one.png", monkeypatch)
    assert found[0] == "Popularity"
    assert "fitted" not in texts


def test_items_equally_popular_fall_as_rank_to_the_power_of_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners, items = [f"l{n}" for n in range(6)], ["a", "b", "c", "d"]
    pairs = [(listener, item, 1.0) for listener in listeners for item in items]
    plays = pl.DataFrame(pairs, [c.LISTENER_ID, c.ITEM_ID, c.PLAYS], orient="row")
    dataset = Dataset.write(tmp_path / "equal", {c.PLAYS_TABLE: plays}, name="equal")
    found, texts = titles(dataset, tmp_path / "equal.png", monkeypatch)
    assert "rank$^{0.00}$" in found[0]
    assert "fitted to items of 5 listeners or more" in texts


def test_the_line_of_the_mean_does_not_stretch_the_axis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [(f"l{n}", "a", 1.0) for n in range(400)] + [("all", f"i{n}", 1.0) for n in range(20_000)]
    plays = pl.DataFrame(pairs, [c.LISTENER_ID, c.ITEM_ID, c.PLAYS], orient="row")
    dataset = Dataset.write(tmp_path / "one in 401", {c.PLAYS_TABLE: plays}, name="one in 401")
    figures: list[Any] = []
    monkeypatch.setattr(summary_plot, "save_figure", lambda figure, file: figures.append(figure))
    plot(dataset, tmp_path / "one.png")
    assert figures[0].axes[2].get_xlim()[1] < 35, "30 bars of one item each"

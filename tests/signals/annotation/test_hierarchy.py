from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.signals.annotation.hierarchy import inheritance, read_hierarchy

GENRES = "child,parent\nColdwave,Post-Punk\nPost-punk,Punk\nPunk,Rock\nColdwave,Electronic\n"


def tree(folder: Path, text: str = GENRES) -> pl.DataFrame:
    file = folder / "genres.csv"
    file.write_text(text, "utf-8")
    return read_hierarchy(file)


def test_spellings_are_folded(tmp_path: Path) -> None:
    assert tree(tmp_path)["parent"].to_list() == ["postpunk", "punk", "rock", "electronic"]


def test_a_label_passes_on_less_the_further_up(tmp_path: Path) -> None:
    further, passed = inheritance(tree(tmp_path), ["coldwave"], 0.5)
    assert further == ["electronic", "postpunk", "punk", "rock"]
    assert passed.toarray()[0].tolist() == [0.0, 0.5, 0.5, 0.25, 0.125]


def test_of_two_ways_up_the_shorter_counts(tmp_path: Path) -> None:
    further, passed = inheritance(tree(tmp_path, GENRES + "coldwave,rock\n"), ["coldwave"], 0.5)
    assert passed.toarray()[0][1 + further.index("rock")] == 0.5


@pytest.mark.parametrize("text", ["child,parent\na,a\n", "child,parent\nx,a\na,b\nb,c\nc,a\nc,d\n"])
def test_a_loop_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="is a kind of itself"):
        tree(tmp_path, text)

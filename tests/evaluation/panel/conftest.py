"""Lists of two systems after two artists: they share an answer, and one has none after the second artist."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.evaluation.panel.lists import LAYOUT

CF, OURS = "plain ALS cosine", "ours"
ROWS = [
    ("mid", CF, "kult", "Kult", 1, "hey", "Hey"),
    ("mid", CF, "kult", "Kult", 2, "queen", "Queen"),
    ("mid", OURS, "kult", "Kult", 1, "hey", "Hey"),
    ("mid", OURS, "kult", "Kult", 2, "myslovitz", "Myslovitz"),
    ("tail", CF, "nerd", "N*E*R*D", None, None, None),
    ("tail", OURS, "nerd", "N*E*R*D", 1, "clipse", "Clipse"),
    ("tail", OURS, "nerd", "N*E*R*D", 2, "hey", "Hey"),
]


@pytest.fixture
def lists() -> pl.DataFrame:
    return pl.DataFrame(ROWS, list(LAYOUT), orient="row")

"""Objects are decoded alike, whether or not a field beside is not as documented."""

from __future__ import annotations

import json

import polars as pl
import pytest

from tigertail.ingest.formats.listens import decoded
from tigertail.io.quarantine import Quarantine

ODD = [{"x": 1}]  # no text


def listen(info: object = None, **fields: object) -> str:
    track = {"artist_name": "One feat. Two", "additional_info": info or {}}
    return json.dumps({"track_metadata": track} | fields)


@pytest.mark.parametrize(
    ("number", "text"),
    [(12, "12"), (12.0, "12"), (1e16, "10000000000000000"), (1.7e9, "1700000000"), (0.5, "0.5")],
)
def test_a_number_is_one_text(number: float, text: str) -> None:
    texts = pl.Series([listen(user_id=number), listen(user_id=number, user_name=ODD)])
    assert decoded(texts, "s", Quarantine()).struct.field("user_id").to_list() == [text, text]


@pytest.mark.parametrize("missing", [None, {"id": "x"}])
def test_a_text_that_is_left_out_of_a_list_leaves_its_place(missing: object) -> None:
    texts = pl.Series([listen({"artist_mbids": [missing, "two"]}, user_name=ODD)])
    info = decoded(texts, "s", Quarantine()).struct.field("track_metadata").struct.field("additional_info")
    assert info.struct.field("artist_mbids").to_list() == [[None, "two"]]


def test_lists_nested_without_end_are_no_listen() -> None:
    deep = listen({"artist_mbids": "here"}).replace('"here"', "[" * 600 + '"x"' + "]" * 600)
    listens = decoded(pl.Series([deep, listen(user_id="ann")]), "s", Quarantine())
    assert listens.struct.field("user_id").to_list() == [None, "ann"]
    assert listens.is_null().to_list() == [True, False]


@pytest.mark.parametrize("beside", [[], [listen(user_name=ODD)]])
def test_what_lacks_the_field_that_is_needed_is_null(beside: list[str]) -> None:
    texts = pl.Series(['{"user_id": "ann"}', "null", listen(), *beside])
    assert decoded(texts, "s", Quarantine()).is_null().to_list()[:3] == [True, True, False]

from __future__ import annotations

import numpy as np
import polars as pl

from tigertail.dataset.vocabulary import Vocabulary

ITEMS = Vocabulary(pl.Series("item_id", ["queen", "hey", "kult"]))


def test_codes_are_places_and_the_unknown_has_none() -> None:
    codes = ITEMS.codes(pl.Series(["kult", "abba", "queen", "kult"]))
    assert codes.tolist() == [2, -1, 0, 2]
    assert codes.dtype == np.int32
    assert ITEMS.ids.gather(codes[[0, 2]]).to_list() == ["kult", "queen"]
    assert len(ITEMS) == 3


def test_a_table_gets_codes_and_loses_the_rows_of_unknown_ids() -> None:
    plays = pl.DataFrame({"item_id": ["kult", "abba", "queen"], "plays": [3, 2, 1]})
    encoded = ITEMS.encode(plays, code="column")
    assert encoded.rows() == [("kult", 3, 2), ("queen", 1, 0)]
    assert encoded.schema["column"] == pl.Int32


def test_or_keeps_them_in_their_order_without_a_code() -> None:
    plays = pl.DataFrame({"item_id": ["kult", None, "abba", "queen"]})
    assert ITEMS.encode(plays, code="column", unknown="null")["column"].to_list() == [2, None, None, 0]


def test_the_column_of_ids_may_have_any_name() -> None:
    pairs = pl.DataFrame({"item_a": ["hey"], "item_b": ["kult"]})
    encoded = ITEMS.encode(ITEMS.encode(pairs, "item_a", code="a"), "item_b", code="b")
    assert encoded.select("a", "b").rows() == [(1, 2)]
    assert ITEMS.table("artist_id", "artist").columns == ["artist_id", "artist"]

"""Two answers to one question, side by side."""

from __future__ import annotations

import pytest

from tigertail.errors import ConfigError
from tigertail.model import Model, compare


def test_the_other_list_stands_beside_our_own(model: Model) -> None:
    lists = compare(model, "s1", "co-listening", 2).table()
    assert lists["rank"].to_list() == [1, 2]
    assert (
        lists["other_item_id"].to_list() == model.similar("s1", 2, signal="co-listening")["item_id"].to_list()
    )
    assert lists["item_id"].to_list() == model.similar("s1", 2)["item_id"].to_list()
    ours, theirs = set(lists["item_id"]), set(lists["other_item_id"])
    assert lists["in_both"].to_list() == [item in theirs for item in lists["item_id"]]
    assert lists["other_in_both"].to_list() == [item in ours for item in lists["other_item_id"]]


def test_the_cosine_is_that_of_the_factors(model: Model) -> None:
    cosine = model.similar("s1", 3, signal="factors", beta=1)
    assert compare(model, "s1", "cosine", 3).table()["other_item_id"].to_list() == cosine["item_id"].to_list()


def test_a_shorter_list_ends_in_nothing(model: Model) -> None:
    lists = compare(model, "s1", "co-listening", 20).table()
    assert len(lists) > 3
    assert lists["other_item_id"].null_count() == len(lists) - 3
    assert compare(model, "Nobody Yet", "cosine").table().is_empty()


def test_what_may_be_listed_holds_for_both_and_the_rest_for_us(local_model: Model) -> None:
    lists = compare(local_model, "Queen", "cosine", 3, country="PL", exclude=["p1"]).table()
    assert (
        lists["item_id"].to_list()
        == local_model.similar("Queen", 3, country="PL", exclude=["p1"])["item_id"].to_list()
    )
    cosine = local_model.similar("Queen", 3, signal="factors", beta=1, exclude=["p1"])
    assert lists["other_item_id"].to_list() == cosine["item_id"].to_list()


def test_there_must_be_such_a_signal(model: Model) -> None:
    with pytest.raises(ConfigError, match="unknown signal 'telepathy' to compare with"):
        compare(model, "s1", "telepathy")

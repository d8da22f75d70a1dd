"""Features are the columns that their names say, and the weights are in the same order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tigertail.text.mentions.features import FEATURES, Usage, features
from tigertail.text.mentions.names import Names
from tigertail.text.mentions.weights import WEIGHTS

Find = Callable[[str], pl.DataFrame]


def of_first(text: str, find: Find, names: Names) -> dict[str, float]:
    """Return the features of the first candidate of a text, by name."""
    matrix = features(find(text), names, Usage.empty(names))
    return dict(zip(FEATURES, matrix[0].tolist(), strict=True))


def test_every_feature_has_a_weight_in_the_same_order() -> None:
    assert tuple(WEIGHTS) == FEATURES


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("we saw The Who play", "the: wanted and there"),
        ("we saw Who play", "the: wanted, not there"),
        ("we saw the Kent play", "the: there, not wanted"),
        ("all you need is love", "lowercase"),
        ("the Kent-based group", "part_of_word"),
        ("we heard 311 play", "number"),
    ],
)
def test_a_feature_is_in_the_column_of_its_name(text: str, feature: str, find: Find, names: Names) -> None:
    assert of_first(text, find, names)[feature] == 1
    assert of_first("last year we saw Kent in Oslo", find, names)[feature] == 0


def test_letters_and_words_of_a_name(find: Find, names: Names) -> None:
    found = of_first("we saw Bob Dylan play", find, names)
    assert found["log letters"] == pytest.approx(np.log(len("bob dylan")))
    assert found["words"] == 2


def test_the_last_word_of_a_name_on_the_page(find: Find, names: Names) -> None:
    matrix = features(find("we saw Bob Dylan. Later Dylan left"), names, Usage.empty(names))
    assert matrix[:, FEATURES.index("here: last word of a name")].tolist() == [0, 1]


def test_a_name_that_is_mostly_small_has_a_large_share_of_lower_case(find: Find, names: Names) -> None:
    found = find("all you need is love, and love, and love")
    usage = Usage.empty(names)
    usage.add(found)
    shares = features(found, names, usage)[:, FEATURES.index("share of lowercase")]
    assert (shares > 0).all()
    assert usage.total.sum() == 3

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.signals.audio.conftest import Make, code, sounds

from tigertail.errors import DataError
from tigertail.signals.audio.targets import factor_targets, label_targets


def test_factors_are_directions_of_those_with_listeners() -> None:
    found = factor_targets(np.array([[3, 4], [5, 0], [0, 0]], np.float32), np.array([True, False, True]))
    assert found.values.tolist() == [[0.6, 0.8], [0, 0], [0, 0]]
    assert found.teaches.tolist() == [True, False, False]


def annotations(*rows: tuple[str, str, float]) -> pl.DataFrame:
    said = pl.DataFrame(rows, ["item_id", "label", "weight"], orient="row")
    return said.with_columns(facet=pl.lit("tag"), source=pl.lit("crowd"), annotator=pl.lit("l00"))


def test_labels_of_most_items_count_and_rare_ones_count_more(make: Make) -> None:
    said = annotations(
        ("a00", "loud", 1), ("a00", "rare", 1), ("a02", "loud", 1), ("a04", "rare", 0), ("a06", "x", 1)
    )
    dataset, interactions = make(sounds(), annotations=said)
    codes = np.arange(100)
    found = label_targets(dataset, interactions, codes, 2)
    assert sorted(interactions.items.ids[int(n)] for n in np.flatnonzero(found.teaches)) == ["a00", "a02"]
    loud, rare = found.values[code(interactions, "a00")]
    assert rare > loud > 0
    assert found.values[code(interactions, "a02")].tolist() == [1, 0]


def test_labels_of_held_out_listeners_are_not_seen(make: Make) -> None:
    dataset, interactions = make(sounds(), annotations=annotations(("a00", "loud", 1)))
    hidden = dataset.without(pl.Series(["l00"]))
    assert not label_targets(hidden, interactions, np.arange(100), 10).teaches.any()


def test_without_annotations_there_is_nothing_to_learn_from(make: Make) -> None:
    with pytest.raises(DataError, match="no annotations"):
        label_targets(*make(sounds()), np.arange(100), 10)

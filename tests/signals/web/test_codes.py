"""Mentions in codes: whose pages the documents are, and what becomes of mentions in others."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import TigertailWarning
from tigertail.signals.web.codes import read_mentions

Scenes = tuple[Dataset, Interactions]


def test_mentions_in_documents_that_the_dataset_lacks_are_left_out_with_a_warning(
    make: Callable[..., Scenes],
) -> None:
    dataset, interactions = make(
        [("web:a", "fjord", "n1")], [("n2", "web:a", 1, [0]), ("n2", "a", 5, None), ("n3", "a", 2, None)]
    )
    said = (
        "2 of 3 mentions are left out: .* write the id of a document as the dataset has it, such as 'web:a'"
    )
    with pytest.warns(TigertailWarning, match=said):
        found = read_mentions(dataset, interactions)
    assert found.documents.to_list() == ["web:a"]
    assert found.owners.tolist() == interactions.items.codes(["n1"]).tolist()
    assert found.mentions["count"].to_list() == [1]


def test_where_all_documents_are_there_nothing_is_said(scenes: Scenes) -> None:
    dataset, interactions = scenes
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_mentions(dataset, interactions).mentions) == dataset.scan("mentions").collect().height

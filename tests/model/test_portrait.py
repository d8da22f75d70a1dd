"""Where the listeners of an item are, and what people say of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.model import Model
from tigertail.model.portrait import MAX_LABELS, labels, listener_shares
from tigertail.model.registry import ANNOTATION
from tigertail.signals.annotation import fit_annotation
from tigertail.signals.listening import GroupedCoListening
from tigertail.signals.listening.groups import MIN_LISTENERS_THERE


def test_shares_are_those_of_the_listeners_of_each_place(local_model: Model) -> None:
    star = local_model.index.by_id("star")
    assert star is not None
    shares = listener_shares(local_model, star)
    listeners = local_model.items["listeners"][star]
    assert list(shares)[:2] == ["BR", "PL"]
    assert [round(shares[place] * listeners) for place in ("BR", "PL")] == [20, 16]
    assert sum(shares.values()) <= 1


def test_a_place_with_few_listeners_of_an_item_is_not_told(local_model: Model) -> None:
    listening = local_model.signals["listening"]
    assert isinstance(listening, GroupedCoListening)
    small = 0
    for code, listeners in enumerate(local_model.items["listeners"].to_list()):
        counts = listening.listeners_by_group(code)
        assert counts.sum() == listeners
        told = {round(share * listeners) for share in listener_shares(local_model, code).values()}
        assert told <= set(counts.tolist())
        assert all(count >= MIN_LISTENERS_THERE for count in told)
        small += int(((counts > 0) & (counts < MIN_LISTENERS_THERE)).sum())
    assert small  # there was something to keep


def test_groups_that_are_no_places_have_no_shares(model: Model) -> None:
    assert listener_shares(model, 0) == {}


def test_without_annotations_nothing_is_said(model: Model) -> None:
    assert labels(model, 0) == []


def test_names_in_several_facets_take_no_place_of_others(model: Model, tmp_path: Path) -> None:
    """The first item has twenty names in three facets each; the rarest is that which says most."""
    items = [f"i{number:02}" for number in range(20)]
    said = pl.DataFrame(
        [
            (item, facet, f"name {number:02}", 1.0, c.EXPERT)
            for facet in ("genre", "mood", "style")
            for number in range(20)
            for item in items[: number + 1]
        ],
        [c.ITEM_ID, c.FACET, c.LABEL, c.WEIGHT, c.SOURCE],
        orient="row",
    )
    plays = pl.DataFrame({c.LISTENER_ID: "ann", c.ITEM_ID: items, c.PLAYS: 1})
    dataset = Dataset.write(tmp_path / "one", {c.PLAYS_TABLE: plays, c.ANNOTATIONS_TABLE: said}, name="one")
    annotation = fit_annotation(dataset, Interactions.of(dataset))
    told = labels(replace(model, signals={ANNOTATION: annotation}), 0)
    assert [name for _, name in told] == [f"name {number:02}" for number in range(MAX_LABELS)]


def test_a_place_is_said_once_by_the_name_that_evidence_has(model: Model, tmp_path: Path) -> None:
    places = [("home", "from Wales"), ("home", "PL"), ("hometown", "Poland")]
    said = pl.DataFrame(
        [(item, facet, label, 1.0, c.EXPERT) for item in "ab" for facet, label in places],
        [c.ITEM_ID, c.FACET, c.LABEL, c.WEIGHT, c.SOURCE],
        orient="row",
    )
    plays = pl.DataFrame({c.LISTENER_ID: "ann", c.ITEM_ID: ["a", "b"], c.PLAYS: 1})
    dataset = Dataset.write(tmp_path / "one", {c.PLAYS_TABLE: plays, c.ANNOTATIONS_TABLE: said}, name="one")
    annotation = fit_annotation(dataset, Interactions.of(dataset))
    told = labels(replace(model, signals={ANNOTATION: annotation}), 0)
    assert ("home", "Wales") in told
    assert sum(name in ("PL", "Poland") for _, name in told) == 1


@pytest.mark.parametrize("item", range(3))
def test_shares_begin_with_the_largest(local_model: Model, item: int) -> None:
    shares = list(listener_shares(local_model, item).values())
    assert shares == sorted(shares, reverse=True)

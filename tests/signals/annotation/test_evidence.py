from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.evidence import annotator_matrix, entries, gather, idf_of, weigh
from tigertail.signals.annotation.fit import fit_reliability
from tigertail.signals.annotation.opinions import Opinions, read_opinions

MakeWorld = Callable[..., Any]


def read(made: Any) -> Opinions:
    return read_opinions(made.dataset, made.interactions)


def test_entries_are_those_of_the_matrix() -> None:
    dense = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]])
    matrix = sparse.csr_array(dense)
    rows, columns = np.divmod(np.arange(6), 3)
    assert entries(matrix, rows, columns).tolist() == dense.ravel().tolist()
    assert entries(sparse.csr_array((2, 3)), rows, columns).tolist() == [0.0] * 6


@pytest.mark.parametrize(("contested", "left"), [(0.25, 0.5), (1.0, 2.0)])
def test_the_crowd_counts_less_where_an_expert_says_otherwise(
    world: MakeWorld, contested: float, left: float
) -> None:
    # Polka is a genre, as an expert says of p; of a the expert says jazz, and "loud" is in no facet.
    made = world({"a": "polka, jazz, loud", "p": "polka"}, {"a": {"genre": "jazz"}, "p": {"genre": "polka"}})
    config = AnnotationConfig(expert_weight=3.0, contested_weight=contested, estimate_reliability=False)
    opinions = read(made)
    evidence = gather(opinions, fit_reliability(opinions, config), config)
    strength = dict(zip(evidence.names, evidence.strength.toarray()[made.code("a")], strict=True))
    assert strength == {"jazz": 2 + 3, "polka": left, "loud": 2}


def test_the_nameless_are_as_many_as_they_say(world: MakeWorld) -> None:
    rows = [("a", "tag", "odd", 1.0, "crowd", "cy"), ("a", "tag", "odd", 9.0, "crowd", None)]
    made = world({"a": "rock", "b": "pop"}, people="ann bob", rows=rows)
    opinions = read(made)
    config = AnnotationConfig()
    evidence = gather(opinions, fit_reliability(opinions, config), config)
    people = dict(zip(evidence.names, evidence.people.toarray()[made.code("a")], strict=True))
    assert (people["rock"], people["odd"]) == (2, 10)


def test_the_tenth_opinion_adds_less_than_the_first(world: MakeWorld) -> None:
    made = world({"a": "rock", "b": "pop"}, people="ann bob cy dan")
    for power in (1.0, 0.5):
        config = AnnotationConfig(opinion_exponent=power, estimate_reliability=False)
        opinions = read(made)
        evidence = gather(opinions, fit_reliability(opinions, config), config)
        weights = weigh(evidence, config, idf_of(evidence))
        assert weights.data == pytest.approx(4**power * np.log(3 / 1))


def test_only_who_annotates_several_items_is_company(world: MakeWorld) -> None:
    rows = [("a", "tag", "odd", 1.0, "crowd", "once"), ("a", "tag", "odd", 9.0, "crowd", None)]
    made = world({"a": "rock", "b": "pop", "c": "jazz"}, people="ann bob", rows=rows)
    config = AnnotationConfig(estimate_reliability=False)
    opinions = read(made)
    together = annotator_matrix(opinions, fit_reliability(opinions, config)).toarray()
    assert (together > 0).sum(axis=0).tolist() == [0, 3, 3, 0]  # the nameless, ann, bob, once

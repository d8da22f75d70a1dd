"""Whom to believe, in worlds of careful people, people who paste, and labels that say nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.annotation.reliability import AnnotatorReliability, estimate_reliability

ITEMS, CAREFUL, GENRES = 300, 8, 6
Rows = list[tuple[int, int, int]]


def careful(rng: np.random.Generator) -> Rows:
    """Return what careful people say: every one the genre of half of the items."""
    return [(i, i % GENRES, u) for u in range(CAREFUL) for i in range(ITEMS) if rng.random() < 0.5]


def judged(rows: Rows, **settings: float) -> AnnotatorReliability:
    item, label, annotator = (np.array(column, np.int64) for column in zip(*sorted(set(rows)), strict=True))
    return estimate_reliability(
        item, label, annotator, (ITEMS, label.max() + 1, annotator.max() + 1), **settings
    )


def trust_in(spam: Rows, **settings: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    trust = judged(careful(np.random.default_rng(0)) + spam, **settings).annotators
    return trust[:CAREFUL], trust[CAREFUL:]


def test_who_says_anything_is_not_believed() -> None:
    rng = np.random.default_rng(1)
    honest, spam = trust_in([(int(i), int(rng.integers(GENRES)), 8) for i in range(ITEMS)])
    assert honest.min() > 0.85
    assert spam.max() < 0.4


def test_who_pastes_one_true_label_everywhere_is_not_believed() -> None:
    honest, spam = trust_in([(i, 0, 8) for i in range(ITEMS)])
    assert spam.max() < 0.5 * honest.min()


def test_who_says_one_thing_but_where_it_belongs_is_believed() -> None:
    _, specialist = trust_in([(i, 0, 8) for i in range(0, ITEMS, GENRES)])
    assert specialist.min() > 0.8


def test_spammers_of_one_campaign_do_not_vouch_for_each_other() -> None:
    slogan = [(i, GENRES, u) for u in range(8, 14) for i in range(ITEMS) if (i + u) % 3]
    honest, spam = trust_in(slogan)
    assert honest.min() > 0.85
    assert spam.max() < 0.6 * honest.min()


def test_the_cheaper_a_label_the_more_agreement_it_needs() -> None:
    # A slogan on the third of the items of which little else is said.
    rare = [(i, GENRES, u) for u in range(8, 12) for i in range(0, ITEMS, 3)]
    dear, cheap = (trust_in(rare, spam_tolerance=spam_tolerance)[1].mean() for spam_tolerance in (0.0, 1.0))
    assert cheap < dear - 0.1


def test_a_label_that_says_nothing_makes_no_sense_whoever_uses_it() -> None:
    rng = np.random.default_rng(2)
    rows = careful(rng)
    rows += [(i, GENRES, u) for i, _, u in careful(rng) if rng.random() < 0.3]  # "seen live"
    reliability = judged(rows, smoothing=1.0)
    assert reliability.labels[:GENRES].min() > 0.9
    assert reliability.labels[GENRES] < 0.5
    assert reliability.annotators.min() > 0.9, "nobody is blamed for it"
    # The more caution, the longer a label is given the benefit of the doubt.
    assert reliability.labels[GENRES] < judged(rows, smoothing=10.0).labels[GENRES] < 0.9


def test_a_lone_opinion_weighs_as_much_as_its_annotator_is_trusted() -> None:
    rng = np.random.default_rng(3)
    rows = careful(rng) + [(int(i), int(rng.integers(GENRES)), 8) for i in range(ITEMS - 2)]
    rows = [row for row in rows if row[0] < ITEMS - 2] + [(ITEMS - 2, 0, 0), (ITEMS - 1, 0, 8)]
    reliability = judged(rows)
    order = sorted(set(rows))
    trusted, spam = (reliability.opinions[order.index(row)] for row in ((ITEMS - 2, 0, 0), (ITEMS - 1, 0, 8)))
    assert trusted > 0.8
    assert spam < 0.4


def test_nobody_confirms_themselves() -> None:
    # One person says three things of an item nobody else speaks of: that is no better than one thing.
    lone = judged([(0, 0, 0)]).opinions[0]
    thrice = judged([(0, 0, 0), (0, 1, 0), (0, 2, 0)]).opinions
    assert thrice.max() <= lone


def test_no_opinions_at_all() -> None:
    none = np.empty(0, np.int64)
    reliability = estimate_reliability(none, none, none, (3, 0, 1))
    assert len(reliability.opinions) == 0
    assert reliability.annotators.tolist() == [0.8]

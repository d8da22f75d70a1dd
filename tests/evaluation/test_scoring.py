"""Ranking from where each listener stands, in two countries that share one star."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailWarning
from tigertail.evaluation import ProtocolConfig, Split, System, hold_out
from tigertail.evaluation.metrics.locality import UNKNOWN, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS
from tigertail.evaluation.scoring import ranked_lists, score_system
from tigertail.evaluation.systems.own import ListeningSignal
from tigertail.model.config import BaseConfig
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening

LOCAL = ListeningSignal(min_group_size=5, lens_smoothing=5, lens_evidence=5, base=BaseConfig(factors=8))


@pytest.fixture(scope="module")
def split(countries: Dataset) -> Split:
    return hold_out(countries, ProtocolConfig(held_out=0.5, k=3))


@pytest.fixture(scope="module")
def signal(split: Split) -> GroupedCoListening:
    fitted = LOCAL.fit(split)
    assert isinstance(fitted, GroupedCoListening)
    return fitted


def after_the_star(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Return which queries are the star, and the country of their listeners."""
    star = split.interactions.items.ids.to_list().index("star")
    asked = np.flatnonzero(split.query_items == star)
    return asked, listener_countries(split)[1][split.query_listeners[asked]]


def test_each_listener_is_answered_from_their_own_country(split: Split, signal: GroupedCoListening) -> None:
    ids = split.interactions.items.ids.to_list()
    asked, where = after_the_star(split)
    assert {"PL", "BR"} < set(where.tolist())
    lists = ranked_lists(signal, split, lens=True)[0]
    for query, country in zip(asked, where, strict=True):
        if country in ("PL", "BR"):
            own = {"PL": "p", "BR": "b"}[country]
            assert {ids[item][0] for item in lists[query]} == {own}
    without = ranked_lists(signal, split)[0][asked]
    assert (without == without[0]).all(), "without the lens all get one list"


def test_every_query_gets_the_list_it_would_get_alone(split: Split, signal: GroupedCoListening) -> None:
    lists = ranked_lists(signal, split, lens=True)[0]
    where = listener_countries(split)[1][split.query_listeners]
    assert len(set(where.tolist())) >= 3
    for query, (item, country) in enumerate(zip(split.query_items, where, strict=True)):
        seen = signal if country == UNKNOWN else signal.localised(country)
        scores = seen.affinity(np.array([item], np.int32))[0]
        scores[item] = -np.inf
        assert lists[query].tolist() == np.argsort(-scores, kind="stable")[:3].tolist()


def test_the_dial_turns_under_a_lens_too(split: Split, signal: GroupedCoListening) -> None:
    popular, plain = ranked_lists(signal, split, (-5.0, 0.0), lens=True)
    assert popular.shape == plain.shape == (len(split.query_items), 3)
    assert plain.tolist() == ranked_lists(signal, split, lens=True)[0].tolist()
    difference = split.popularity[popular].sum(axis=1) - split.popularity[plain].sum(axis=1)
    assert difference.min() >= 0 < difference.max()


def test_the_lens_finds_what_people_there_play(split: Split, signal: GroupedCoListening) -> None:
    near, far = (score_system(System("local", lambda _: signal, lens=lens), split) for lens in (True, False))
    asked, _ = after_the_star(split)
    ndcg = METRICS.index("nDCG")
    assert near.values[asked, ndcg].mean() > far.values[asked, ndcg].mean() + 0.1


def test_a_signal_without_places_has_no_lens(split: Split) -> None:
    vectors = np.ones((len(split.popularity), 2), np.float32)
    with pytest.raises(TypeError, match="FactorAffinity has no lens"):
        ranked_lists(FactorAffinity(vectors), split, lens=True)


def test_without_countries_a_lens_changes_nothing(scenes: Dataset) -> None:
    split = hold_out(scenes, ProtocolConfig(k=3))
    signal = LOCAL.fit(split)
    assert (ranked_lists(signal, split, lens=True) == ranked_lists(signal, split)).all()


@dataclass
class Always:
    """A signal of another maker that has one answer for all queries."""

    answer: Any

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.ones(8, np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> Any:
        return self.answer(len(queries)) if callable(self.answer) else self.answer


def rows(first: float, dtype: Any = np.float32, items: int = 8) -> Any:
    """Return what gives each query one affinity to item 0, and 1 to all others."""
    return lambda queries: np.tile(np.array([first] + [1] * (items - 1), dtype), (queries, 1))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (rows(np.nan), "NaN or infinity"),
        (rows(np.inf), "NaN or infinity"),
        (rows(2, np.int64), r"int64 of shape \(\d, 8\)"),
        (rows(2, items=5), r"float32 of shape \(\d, 5\)"),
        (np.ones(8, np.float32), r"float32 of shape \(8,\)"),
        (lambda queries: sp.csr_matrix(rows(2)(queries)), "csr_matrix"),
    ],
)
def test_affinities_that_break_the_contract_are_refused(answer: Any, found: str, split: Split) -> None:
    system = System("theirs", lambda _: Always(answer))
    with pytest.raises(ConfigError, match=f"^theirs: affinity returned {found}\n") as raised:
        score_system(system, split)
    assert "each affinity a finite number, or -inf" in raised.value.remedy


@dataclass
class Inverse(Always):
    """The inverse of a distance that an item has to itself too."""

    def affinity(self, queries: NDArray[np.int32]) -> Any:
        answer = np.ones((len(queries), 8), np.float32)
        answer[np.arange(len(queries)), queries] = self.answer
        return answer


@pytest.mark.parametrize("own", [np.inf, np.nan])
def test_the_affinity_of_an_item_to_itself_may_be_anything(own: float, split: Split) -> None:
    assert (ranked_lists(Inverse(own), split) == ranked_lists(Inverse(1), split)).all()


@pytest.mark.parametrize("above", [0, 2])
def test_affinities_that_no_exponent_changes_are_warned_of(above: int, split: Split) -> None:
    """Log-probabilities are below 0, and so are negated distances; here all items but some."""
    answer = np.where(np.arange(8) < above, 1, -1).astype(np.float32)
    signal = Always(lambda queries: np.tile(answer, (queries, 1)))
    with pytest.warns(TigertailWarning, match="Always: lists have affinities below 0"):
        changed = ranked_lists(signal, split, (0.6, 0.0, -1.0))
    assert (changed[:, :, -1] == changed[0, :, -1]).all()


def test_what_an_exponent_changes_or_none_is_asked_for_is_not_warned_of(split: Split) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ranked_lists(Always(lambda queries: -rows(2)(queries)), split)
        ranked_lists(Always(rows(-2)), split, (0.6, 0.0))  # it is in no list: three others are better
        ranked_lists(Always(lambda queries: 0 * rows(2)(queries)), split, (0.6, 0.0))

"""Country cohesion, in a world of a hundred artists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.evaluation.metrics import country_cohesion as cohesion_module
from tigertail.evaluation.metrics.country_cohesion import cohesion_by_country, mean_cohesion
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.sparse import CSR

ITEMS = 100
ITEM_COUNTRY = np.array(["PL"] * 10 + ["SE"] * 4 + [""] * 86)
LISTENER_COUNTRY = np.array(["PL"] * 50 + ["US"] * 50)


def _plays() -> CSR:
    """Each of 25 Poles plays the first five Poles and ten others, each of 25 the next five and ten others."""
    played = np.zeros((100, ITEMS), bool)
    played[:25, :5] = played[25:50, 5:10] = True
    played[:25, 20:30] = played[25:50, 30:40] = True
    played[50:, 10:] = True
    rows, columns = np.nonzero(played)
    return CSR.from_coo(rows, columns, np.ones(len(rows)), played.shape)


def _embedding(scene_of: list[int]) -> FactorAffinity:
    """Return an embedding with one point a scene."""
    return FactorAffinity(np.eye(max(scene_of) + 1, dtype=np.float32)[scene_of], beta=1.0)


APART = _embedding([0] * 5 + [1] * 5 + [2] * 10 + [0] * 10 + [1] * 10 + [2] * 60)
LUMPED = _embedding([0] * 10 + [1] * 90)


def cohesion(signal: Signal) -> float:
    return mean_cohesion(cohesion_by_country(signal, _plays(), LISTENER_COUNTRY, ITEM_COUNTRY))


def test_only_countries_of_five_local_artists_have_a_row() -> None:
    [row] = cohesion_by_country(APART, _plays(), LISTENER_COUNTRY, ITEM_COUNTRY)
    assert (row.country, row.local, row.listeners) == ("PL", 10, 50)


def test_the_local_share_is_higher_in_a_lump() -> None:
    """Of the 14 that go with a Pole, 4 are Poles; in one lump the other 9 Poles are all first."""
    [own] = cohesion_by_country(APART, _plays(), LISTENER_COUNTRY, ITEM_COUNTRY)
    [lump] = cohesion_by_country(LUMPED, _plays(), LISTENER_COUNTRY, ITEM_COUNTRY)
    assert own.own.local_share == pytest.approx(4 / 14)
    assert lump.own == own.own
    assert lump.model.local_share == pytest.approx(9 / 20)
    assert lump.cohesion > own.cohesion + 1


def test_a_block_of_queries_at_a_time_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cohesion(LUMPED)
    monkeypatch.setattr(cohesion_module, "BLOCK_BYTES", 3 * 8 * ITEMS)
    assert cohesion(LUMPED) == pytest.approx(whole, abs=1e-12)


def test_a_signal_without_known_items_has_no_cohesion() -> None:
    empty = FactorAffinity(np.zeros((ITEMS, 2), np.float32))
    assert cohesion_by_country(empty, _plays(), LISTENER_COUNTRY, ITEM_COUNTRY) == []
    assert np.isnan(cohesion(empty))


def test_a_country_whose_listeners_say_nothing_of_its_artists_has_no_row() -> None:
    """Americans play five Polish artists, and a Pole a foreign one. A Pole who plays one of each makes a row."""
    rows, columns = [*np.repeat(range(10), 5), 10], [*range(5)] * 10 + [9]
    item_country, listener_country = np.array(["PL"] * 5 + [""] * 5), np.array(["US"] * 10 + ["PL"] * 2)
    signal = _embedding([0] * 5 + [1] * 5)
    silent = CSR.from_coo(rows, columns, np.ones(len(rows)), (12, 10))
    assert cohesion_by_country(signal, silent, listener_country, item_country) == []
    speaks = CSR.from_coo([*rows, 11, 11], [*columns, 0, 9], np.ones(len(rows) + 2), (12, 10))
    [row] = cohesion_by_country(signal, speaks, listener_country, item_country)
    assert (row.country, row.own.local_share) == ("PL", 0)


@dataclass(frozen=True)
class WithItself:
    """A signal with another affinity of every item to itself, which may be anything."""

    signal: Signal
    to_itself: float

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.signal.known

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        rows = self.signal.affinity(queries).copy()
        rows[np.arange(len(queries)), queries] = self.to_itself
        return rows


@pytest.mark.parametrize("to_itself", [0.0, -7.0, 1e6, np.inf, -np.inf, np.nan])
def test_the_affinity_of_an_item_to_itself_plays_no_part(to_itself: float) -> None:
    assert cohesion(WithItself(LUMPED, to_itself)) == pytest.approx(cohesion(LUMPED), abs=1e-12)
    empty = FactorAffinity(np.zeros((ITEMS, 2), np.float32))
    assert np.isnan(cohesion(WithItself(empty, to_itself)))

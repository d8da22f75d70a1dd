"""Clumping by country, in a world of a hundred artists."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.evaluation.metrics import country_cohesion as room
from tigertail.evaluation.metrics.country_cohesion import cohesion, cohesion_by_country
from tigertail.signals.factors import FactorAffinity
from tigertail.sparse import CSR

ITEMS = 100
HOMES = np.array(["PL"] * 10 + ["SE"] * 4 + [""] * 86)
LIVES = np.array(["PL"] * 50 + ["US"] * 50)


def _plays() -> CSR:
    """Each of 25 Poles plays the first five Poles and ten others, each of 25 the next five and ten others."""
    heard = np.zeros((100, ITEMS), bool)
    heard[:25, :5] = heard[25:50, 5:10] = True
    heard[:25, 20:30] = heard[25:50, 30:40] = True
    heard[50:, 10:] = True
    rows, columns = np.nonzero(heard)
    return CSR.from_coo(rows, columns, np.ones(len(rows)), heard.shape)


def _space(scene_of: list[int]) -> FactorAffinity:
    """Return a space of one point a scene."""
    return FactorAffinity(np.eye(max(scene_of) + 1, dtype=np.float32)[scene_of], beta=1.0)


APART = _space([0] * 5 + [1] * 5 + [2] * 10 + [0] * 10 + [1] * 10 + [2] * 60)
LUMPED = _space([0] * 10 + [1] * 90)


def test_only_countries_of_five_local_artists_have_a_row() -> None:
    [row] = cohesion_by_country(APART, _plays(), LIVES, HOMES)
    assert (row.country, row.local, row.listeners) == ("PL", 10, 50)


def test_what_is_listed_from_home_shows_a_clump() -> None:
    """Of the 14 that go with a Pole, 4 are Poles; in one lump the other 9 Poles are all first."""
    [own] = cohesion_by_country(APART, _plays(), LIVES, HOMES)
    [lump] = cohesion_by_country(LUMPED, _plays(), LIVES, HOMES)
    assert own.own.at_home == pytest.approx(4 / 14)
    assert lump.own == own.own
    assert lump.model.at_home == pytest.approx(9 / 20)
    assert lump.cohesion > own.cohesion + 1


def test_a_block_of_queries_at_a_time_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cohesion(LUMPED, _plays(), LIVES, HOMES)
    monkeypatch.setattr(room, "BLOCK_BYTES", 3 * 8 * ITEMS)
    assert cohesion(LUMPED, _plays(), LIVES, HOMES) == pytest.approx(whole, abs=1e-12)


def test_a_signal_that_never_speaks_clumps_nowhere() -> None:
    silent = FactorAffinity(np.zeros((ITEMS, 2), np.float32))
    assert cohesion_by_country(silent, _plays(), LIVES, HOMES) == []
    assert np.isnan(cohesion(silent, _plays(), LIVES, HOMES))

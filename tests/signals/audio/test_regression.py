"""The closed form beside what it stands for: fitting again without the artist."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.signals.audio import regression
from tigertail.signals.audio.regression import predict
from tigertail.signals.audio.targets import Targets

Reals = NDArray[np.float64]
ITEMS = 200
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(ITEMS, 4))
TRUE = np.column_stack([np.sin(FEATURES[:, 0]), FEATURES[:, 1] * FEATURES[:, 2]])
TARGETS = Targets(TRUE + 0.05 * RNG.normal(size=TRUE.shape), np.arange(ITEMS) < 180)
ALONE = np.arange(ITEMS)


def predicted(artists: NDArray[np.int64], targets: Targets = TARGETS, **settings: float | bool) -> Reals:
    chosen = {"width": 1.0, "penalty": 0.1, "landmarks": 1_000, "leave_out": True, "seed": 0} | settings
    return predict(FEATURES, targets, artists, **chosen)  # type: ignore[arg-type]


@pytest.mark.parametrize("artists", [ALONE, ALONE // 5], ids=["artists of one item", "artists of five"])
def test_leaving_out_is_fitting_again_without_the_artist(artists: NDArray[np.int64]) -> None:
    at_once = predicted(artists)
    for artist in np.unique(artists)[:4]:
        others = Targets(TARGETS.values, TARGETS.teaches & (artists != artist))
        again = predicted(artists, others, leave_out=False)
        np.testing.assert_allclose(at_once[artists == artist], again[artists == artist], atol=1e-4)


def test_what_an_item_taught_does_not_come_back_to_it() -> None:
    liar = TARGETS.values.copy()
    liar[7] = 100
    np.testing.assert_allclose(
        predicted(ALONE)[7], predicted(ALONE, Targets(liar, TARGETS.teaches))[7], atol=1e-2
    )
    remembered = predicted(ALONE, Targets(liar, TARGETS.teaches), leave_out=False)[7]
    assert (remembered > 10).all(), "without leaving out it would"


def test_it_learns_what_a_straight_line_cannot() -> None:
    found = predicted(ALONE)
    held_out = slice(180, ITEMS)
    assert np.corrcoef(found[held_out, 1], TRUE[held_out, 1])[0, 1] > 0.8


def test_landmarks_stand_for_all() -> None:
    exact, close = predicted(ALONE), predicted(ALONE, landmarks=120)
    assert np.corrcoef(exact.ravel(), close.ravel())[0, 1] > 0.97
    assert (predicted(ALONE, landmarks=120) == close).all(), "the choice of landmarks is seeded"


@pytest.mark.parametrize("artists", [ALONE, ALONE // 50], ids=["artists of one item", "artists of fifty"])
def test_some_items_at_a_time_are_all_items_at_once(
    monkeypatch: pytest.MonkeyPatch, artists: NDArray[np.int64]
) -> None:
    at_once = predicted(artists)
    monkeypatch.setattr(regression, "_BLOCK", 32)
    np.testing.assert_allclose(predicted(artists), at_once, rtol=1e-9)

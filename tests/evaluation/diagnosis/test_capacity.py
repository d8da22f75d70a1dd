"""Capacity: an embedding of one dimension for two countries that have nothing in common."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tigertail.evaluation.diagnosis import capacity as capacity_module
from tigertail.evaluation.diagnosis.capacity import group_capacity
from tigertail.factorization.confidence import confidence
from tigertail.model import Model
from tigertail.signals.listening import GroupedCoListening


def _listening(model: Model) -> GroupedCoListening:
    signal = model.signals["listening"]
    assert isinstance(signal, GroupedCoListening)
    return signal


def test_the_smaller_country_has_the_larger_error(squeezed: Model) -> None:
    rows = {row.group: row for row in group_capacity(_listening(squeezed), squeezed.config)}
    assert next(iter(rows)) == "PL"
    assert rows["PL"].error > 1.5
    assert rows["US"].error < 0.8
    assert rows["PL"].share_of_error == pytest.approx(rows["PL"].error * rows["PL"].share_of_entries)
    assert rows["PL"].error_own_vectors < rows["PL"].error - 0.1  # its local model fits them
    assert rows["elsewhere"].error_own_vectors == rows["elsewhere"].error  # no group, no model
    assert rows["PL"].name == "Poland"


def test_shares_are_shares_of_everything(squeezed: Model) -> None:
    rows = group_capacity(_listening(squeezed), squeezed.config)
    assert sum(row.listeners for row in rows) == 163
    assert sum(row.entries for row in rows) == 120 * 4 + 40 * 4 + 3 * 4
    for share in ("share_of_listeners", "share_of_entries", "share_of_error"):
        assert sum(getattr(row, share) for row in rows) == pytest.approx(1)
    assert sum(row.error * row.share_of_entries for row in rows) == pytest.approx(1)


def test_errors_are_those_of_the_objective(squeezed: Model) -> None:
    """The same from the normal equations, one listener after the other."""
    signal, config = _listening(squeezed), squeezed.config
    weights = confidence(signal.plays, config.confidence)
    settings = config.base.solver(weights)
    y = signal.vectors.astype(np.float64)
    errors = []
    for listener in range(weights.shape[0]):
        items, c = weights.row(listener)
        penalty = settings.reg * (len(items) + settings.alpha0 * len(y)) ** settings.nu
        system = (
            settings.alpha0 * y.T @ y + (y[items].T * (c - settings.alpha0)) @ y[items] + penalty * np.eye(1)
        )
        errors.append(((1 - y[items] @ np.linalg.solve(system, y[items].T @ c)) ** 2).sum())
    starts = signal.starts
    wanted = [sum(errors[a:b]) / sum(errors) for a, b in pairwise(starts)]
    found = {row.group: row.share_of_error for row in group_capacity(signal, config)}
    assert [found[key] for key in (*signal.keys, "elsewhere")] == pytest.approx(wanted, rel=1e-4)


def test_blocks_of_listeners_and_entries_change_nothing(
    squeezed: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = group_capacity(_listening(squeezed), squeezed.config)
    monkeypatch.setattr(capacity_module, "LISTENERS", 7)
    monkeypatch.setattr(capacity_module, "AT_A_TIME", 5)
    for one, other in zip(group_capacity(_listening(squeezed), squeezed.config), whole, strict=True):
        assert one.error == pytest.approx(other.error, rel=1e-5)
        assert one.error_own_vectors == pytest.approx(other.error_own_vectors, rel=1e-5)

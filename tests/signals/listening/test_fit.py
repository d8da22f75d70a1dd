"""Fitting the local models: who belongs together, and how far a group's vectors go from the world's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.support import als_config

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.factorization import Factors, fit_als, ridge_towards
from tigertail.signals.listening import Groups, ListeningConfig, fit_listening, group_listeners, join_groups
from tigertail.sparse import CSR

ALPHA0 = 0.1


def grouped(folder: Path, config: ListeningConfig, **told: list[str | None]) -> tuple[Groups, list[str]]:
    """Group four listeners, of whom a table tells something, and return their groups by name."""
    names = ["ann", "bob", "cyd", "dan"]
    tables = {"plays": pl.DataFrame({"listener_id": names, "item_id": ["a", "a", "b", "b"], "plays": 1.0})}
    if told:
        tables["listeners"] = pl.DataFrame(
            {"listener_id": names[::-1], **{k: v[::-1] for k, v in told.items()}}
        )
    dataset = Dataset.write(folder / "dataset", tables, name="four")
    interactions = Interactions.of(dataset)
    vectors = np.array([[1, 0], [2, 0], [0, 1], [0, 3]], np.float32)
    order = [names.index(listener) for listener in interactions.listeners.ids]
    factors = Factors(vectors[order], np.eye(2, dtype=np.float32))
    groups = group_listeners(dataset, interactions, factors, config)
    where = dict(zip(interactions.listeners.ids, groups.group_of, strict=True))
    return groups, [(*groups.keys, "")[where[name]] for name in names]


COUNTRIES: list[str | None] = ["CH", "CH", "PL", None]
LANGUAGES: list[str | None] = ["fr", None, "pl", "pl"]


def test_listeners_are_grouped_by_country(tmp_path: Path) -> None:
    groups, where = grouped(tmp_path, ListeningConfig(min_group_size=1), country=COUNTRIES)
    assert where == ["CH", "CH", "PL", ""]
    assert not groups.fallback_of


def test_without_a_new_listener_nobody_joins_a_learned_group(scenes: Dataset) -> None:
    config = ListeningConfig(groups="learned", clusters=2, min_group_size=1)
    interactions = Interactions.of(scenes)
    factors = fit_als(interactions.plays, als_config(factors=4))
    groups = group_listeners(scenes, interactions, factors, config)
    listening = fit_listening(interactions.plays, factors, groups, config, alpha0=ALPHA0)
    nobody = Interactions.build(scenes.plays.clear(), interactions.items.ids)
    assert join_groups(scenes, nobody, factors.listeners, listening).tolist() == []


def test_the_fewest_listeners_of_a_group_are_those_of_the_settings(tmp_path: Path) -> None:
    groups, where = grouped(tmp_path, ListeningConfig(min_group_size=2), country=COUNTRIES)
    assert where == ["CH", "CH", "", ""]
    assert groups.fallback_of == {"PL": "elsewhere"}


def test_listeners_are_grouped_by_country_and_language(tmp_path: Path) -> None:
    config = ListeningConfig(groups="country-language", min_group_size=1)
    where = grouped(tmp_path, config, country=COUNTRIES, language=LANGUAGES)[1]
    assert where == ["CH-fr", "CH-de", "PL-pl", ""]


def test_where_no_language_is_told_the_countrys_first_is_meant(tmp_path: Path) -> None:
    config = ListeningConfig(groups="country-language", min_group_size=1)
    assert grouped(tmp_path, config, country=COUNTRIES)[1] == ["CH-de", "CH-de", "PL-pl", ""]


def test_groups_are_learned_from_vectors_alone(tmp_path: Path) -> None:
    config = ListeningConfig(groups="learned", clusters=2, min_group_size=1)
    where = grouped(tmp_path, config, country=COUNTRIES)[1]
    assert where[0] == where[1] != where[2] == where[3]
    assert set(where) == {"cluster-1", "cluster-2"}


@pytest.mark.parametrize("told", [{}, {"language": LANGUAGES}, {"country": [None] * 4}])
def test_without_a_country_there_are_no_groups(tmp_path: Path, told: dict[str, Any]) -> None:
    groups, where = grouped(tmp_path, ListeningConfig(min_group_size=1), **told)
    assert groups.keys == ()
    assert where == [""] * 4


def test_no_groups_may_be_asked_for(tmp_path: Path) -> None:
    groups, _ = grouped(tmp_path, ListeningConfig(groups="none", min_group_size=1), country=COUNTRIES)
    assert (groups.keys, groups.group_of.tolist()) == ((), [0, 0, 0, 0])


def two_scenes(listeners: int = 60) -> tuple[CSR, Factors, Groups]:
    """Draw listeners of two groups, each fond of one half of 30 items, and a few of none."""
    rng = np.random.default_rng(0)
    member = np.arange(listeners) % 3
    fond = (np.arange(30) < 15)[None, :] == (member == 0)[:, None]
    row, column = np.nonzero(rng.random((listeners, 30)) < np.where(fond, 0.5, 0.03))
    weights = CSR.from_coo(row, column, rng.uniform(1, 4, len(row)), (listeners, 30))
    factors = fit_als(weights, als_config(factors=8, alpha0=ALPHA0), seed=0)
    return weights, factors, Groups(("BR", "PL"), member.astype(np.int32))


def test_each_group_has_its_own_ridge() -> None:
    weights, factors, groups = two_scenes()
    signal = fit_listening(weights, factors, groups, ListeningConfig(shrinkage=20), alpha0=ALPHA0)
    # lambda: what 20 average listeners add to the diagonal of an item's system.
    spread = float((factors.listeners.astype(np.float64) ** 2).sum(axis=1).mean())
    penalty = 20 * float(weights.data.mean()) * spread / 8
    for group in (0, 1):
        rows = np.flatnonzero(groups.group_of == group)
        heard = weights.select_rows(rows).transpose()
        known = np.flatnonzero(heard.row_sizes >= 2)
        solved = ridge_towards(
            heard.select_rows(known),
            factors.listeners[rows],
            factors.items[known],
            alpha0=ALPHA0,
            penalty=penalty,
        )
        span = signal.local(group)
        assert signal.local_items[span].tolist() == known.tolist()
        np.testing.assert_allclose(signal.local_vectors[span], solved, rtol=1e-5, atol=1e-6)
        assert np.abs(solved - factors.items[known]).max() > 0.01


def test_listeners_are_laid_out_group_by_group_with_all_they_hear() -> None:
    weights, factors, groups = two_scenes()
    signal = fit_listening(weights, factors, groups, ListeningConfig(), alpha0=ALPHA0)
    assert signal.starts.tolist() == [0, 20, 40, 60]
    for group in range(3):
        there = [
            signal.plays.row(place)[0].tolist()
            for place in range(signal.starts[group], signal.starts[group + 1])
        ]
        assert there == [
            weights.row(int(one))[0].tolist() for one in np.flatnonzero(groups.group_of == group)
        ]
    assert signal.popularity.tolist() == weights.transpose().row_sizes.tolist()


def test_a_group_knows_what_enough_of_it_hear() -> None:
    weights, factors, groups = two_scenes()
    for min_group_size in (1, 2, 7):
        signal = fit_listening(
            weights, factors, groups, ListeningConfig(min_listeners=min_group_size), alpha0=ALPHA0
        )
        for group in (0, 1):
            listeners = weights.select_rows(np.flatnonzero(groups.group_of == group)).transpose().row_sizes
            known = np.flatnonzero(listeners >= min_group_size).tolist()
            assert signal.local_items[signal.local(group)].tolist() == known


def test_shrinkage_holds_a_group_near_the_world() -> None:
    weights, factors, groups = two_scenes()
    moved = []
    for shrinkage in (1.0, 50.0, 1e9):
        signal = fit_listening(weights, factors, groups, ListeningConfig(shrinkage=shrinkage), alpha0=ALPHA0)
        moved.append(np.abs(signal.local_vectors - factors.items[signal.local_items]).max())
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 1e-5


def test_where_groups_say_nothing_they_change_nothing() -> None:
    """A group of everybody, held where it is, is the one world without groups."""
    weights, factors, _ = two_scenes()
    held = ListeningConfig(shrinkage=1e12)
    everybody = Groups(("PL",), np.zeros(weights.shape[0], np.int32))
    nobody = Groups((), np.zeros(weights.shape[0], np.int32))
    asked = np.arange(weights.shape[1], dtype=np.int32)
    local, world = (
        fit_listening(weights, factors, groups, held, alpha0=ALPHA0).affinity(asked)
        for groups in (everybody, nobody)
    )
    np.testing.assert_allclose(local, world, rtol=1e-4, atol=1e-8)


def test_the_number_of_threads_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tigertail.signals.listening.solve.ALONE", 0
    )  # even these few entries go to all threads
    weights, factors, groups = two_scenes(listeners=300)
    one, two = (
        fit_listening(weights, factors, groups, ListeningConfig(), alpha0=ALPHA0, threads=threads)
        for threads in (1, 2)
    )
    assert one.local_vectors.tobytes() == two.local_vectors.tobytes()


def test_a_group_that_knows_nothing_is_no_trouble() -> None:
    heard = CSR.from_coo([0, 1, 2], [0, 1, 1], [1, 1, 1], (3, 2))
    factors = Factors(np.ones((3, 2), np.float32), np.ones((2, 2), np.float32))
    groups = Groups(("BR", "PL"), np.array([0, 1, 1], np.int32))
    signal = fit_listening(heard, factors, groups, ListeningConfig(), alpha0=ALPHA0)
    assert signal.local_starts.tolist() == [0, 0, 1]
    assert np.isfinite(signal.affinity(np.array([0, 1], np.int32))).all()

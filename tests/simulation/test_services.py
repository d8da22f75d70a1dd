"""Services: nobody plays what their service lacks, and the truth does not depend on services."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import ConfigError
from tigertail.simulation import WorldConfig, simulate, true_affinity
from tigertail.simulation.services import open_services
from tigertail.simulation.world import make_world
from tigertail.storage import checksums

PLAIN = WorldConfig(listeners=400, artists=300, countries=4, artists_per_listener=15, djs=0, pages=0, audio=0)
SHARED = WorldConfig.checked(
    **{**PLAIN.model_dump(), "services": "global=0.6,full=0.2,regional=0.2", "catalogue": 0.1}
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = tmp_path_factory.mktemp("served")
    return simulate(folder / "world", SHARED)


def listed(dataset: Dataset, source: str) -> pl.DataFrame:
    return dataset.scan(c.AVAILABILITY_TABLE).collect().filter(pl.col(c.SOURCE) == source)


def played(dataset: Dataset, source: str) -> pl.DataFrame:
    return dataset.plays.join(dataset.listeners, on=c.LISTENER_ID).filter(pl.col(c.SOURCE) == source)


def test_the_global_service_plays_its_small_catalogue_alone(served: Dataset) -> None:
    catalogue = set(listed(served, "global")[c.ITEM_ID])
    assert len(catalogue) == 30
    assert set(played(served, "global")[c.ITEM_ID]) <= catalogue


def test_the_full_service_has_all_artists(served: Dataset) -> None:
    assert listed(served, "full")[c.ITEM_ID].n_unique() == 300
    assert set(played(served, "full")[c.ITEM_ID]) - set(listed(served, "global")[c.ITEM_ID])


def test_the_regional_service_is_missing_in_every_second_country(served: Dataset) -> None:
    assert set(played(served, "regional")[c.COUNTRY].drop_nulls()) == {"US", "DE"}


def test_the_regional_service_may_be_alone_in_the_one_country_that_has_it() -> None:
    config = WorldConfig.checked(
        **{**PLAIN.model_dump(), "countries": 1, "services": "regional=1", "catalogue": 0.1}
    )
    services = open_services(make_world(config, np.random.default_rng(0)), np.random.default_rng(0))
    assert services is not None
    assert set(services.used.tolist()) == {0}


def test_a_regional_artist_is_played_only_there(served: Dataset) -> None:
    by_country = listed(served, "regional").filter(pl.col(c.COUNTRY).is_not_null())
    german = by_country.filter(pl.col(c.COUNTRY) == "DE")[c.ITEM_ID]
    american = by_country.filter(pl.col(c.COUNTRY) == "US")[c.ITEM_ID]
    only_german = set(german) - set(american)
    plays = played(served, "regional").filter(pl.col(c.ITEM_ID).is_in(list(only_german)))
    assert set(plays[c.COUNTRY].drop_nulls()) == {"DE"}


def test_exposure_reads_the_catalogues_that_were_simulated(served: Dataset) -> None:
    ids = served.listeners[c.LISTENER_ID]
    exposure = Exposure.of(served, ids, Vocabulary(served.items[c.ITEM_ID]))
    sizes = dict(zip(exposure.names, exposure.offered.sum(axis=1).tolist(), strict=True))
    assert sizes["global in DE"] == 30
    assert sizes["full in DE"] == 300
    there = listed(served, "regional").filter(pl.col(c.COUNTRY) == "DE")
    assert sizes["regional in DE"] == len(there) < 300


def test_truth_and_tastes_do_not_depend_on_services(tmp_path: Path, served: Dataset) -> None:
    plain = simulate(tmp_path / "plain", PLAIN)
    assert true_affinity(plain).equals(true_affinity(served))
    assert plain.items.equals(served.items)
    assert c.SOURCE not in plain.listeners.columns
    assert not plain.has(c.AVAILABILITY_TABLE)
    assert plain.listeners.equals(served.listeners.drop(c.SOURCE))


def test_the_seed_settles_all(tmp_path: Path, served: Dataset) -> None:
    again = simulate(tmp_path / "again", SHARED)
    assert checksums(again.path) == checksums(served.path)


def test_shares_that_are_rounded_are_shares() -> None:
    rounded = WorldConfig.checked(**{**SHARED.model_dump(), "services": "global=0.3333333,full=0.6666666"})
    rng = np.random.default_rng(0)
    services = open_services(make_world(rounded, rng), rng)
    assert services is not None
    assert np.bincount(services.used).tolist() == pytest.approx([133, 267], abs=40)


@pytest.mark.parametrize(
    ("services", "says"),
    [
        ("global", "not of the form"),
        ("global=0.5,full=0.4", "add up to 1"),
        ("regional=1", "add global or full"),
        ("martian=1", "services"),
    ],
)
def test_services_that_cannot_be_are_refused(services: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        WorldConfig.checked(services=services)


def test_only_a_service_without_everything_needs_a_catalogue_for_a_listener() -> None:
    small = {"artists": 20, "artists_per_listener": 2, "catalogue": 0.05}
    assert WorldConfig.checked(services="full=1", **small).global_catalogue_size == 1
    with pytest.raises(ConfigError, match="regional service have 1 artists"):
        WorldConfig.checked(services="full=0.5,regional=0.5", **small)

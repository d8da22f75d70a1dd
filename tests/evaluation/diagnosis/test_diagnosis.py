"""A whole diagnosis, in the world of two countries."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.evaluation.diagnosis.diagnosis import BY_GROUP, Diagnosis, diagnose, without_groups
from tigertail.evaluation.diagnosis.plot import plot_diagnosis
from tigertail.model import Model, ModelConfig, fit
from tigertail.model.query_options import COSINE
from tigertail.signals.listening import GroupedCoListening


@pytest.fixture(scope="module")
def found(squeezed: Model) -> Diagnosis:
    return diagnose(squeezed)


def test_groups_and_what_fell_back(found: Diagnosis) -> None:
    assert found.groups == {"PL": 40, "US": 120, "elsewhere": 3}
    assert found.fallback_of == {"UA": "elsewhere"}


def test_artists_are_local_where_they_are_played(found: Diagnosis) -> None:
    assert not found.catalogue_countries
    assert found.countries == ["PL", "US"]
    assert [(row.local, row.listeners) for row in found.rows(BY_GROUP)] == [(8, 40), (8, 120)]
    assert {one.place for one in found.list_changes.largest} == {"PL", "US"}


def test_the_country_that_is_served_worst_comes_first(found: Diagnosis) -> None:
    assert found.capacity[0].group == "PL"


def test_means_weigh_countries_by_their_local_artists(found: Diagnosis) -> None:
    first, second = found.rows(COSINE)
    assert found.mean_cohesion(COSINE) == pytest.approx((first.cohesion + second.cohesion) / 2)
    assert found.mean_local_share() == pytest.approx((first.own.local_share + second.own.local_share) / 2)
    assert found.mean_local_share(BY_GROUP) == pytest.approx(
        np.mean([row.model.local_share for row in found.rows(BY_GROUP)]).item()
    )


def test_the_catalogue_knows_better(squeezed: Model) -> None:
    swedes = squeezed.items.with_columns(country=pl.lit("SE"))
    found = diagnose(replace(squeezed, items=swedes))
    assert found.catalogue_countries
    assert found.countries == []  # nobody of Sweden plays them
    assert {one.place for one in found.list_changes.largest} == {"SE"}


def test_without_groups_it_is_the_signal_fitted_without_groups(nations: Dataset, squeezed: Model) -> None:
    settings = squeezed.config.model_dump()
    settings["listening"]["groups"] = "none"
    alone = fit(nations, ModelConfig.model_validate(settings)).signals["listening"]
    grouped = squeezed.signals["listening"]
    assert isinstance(grouped, GroupedCoListening)
    queries = np.arange(16, dtype=np.int32)
    np.testing.assert_allclose(without_groups(grouped).affinity(queries), alone.affinity(queries), rtol=1e-5)


def test_learned_groups_are_no_countries(nations: Dataset) -> None:
    settings = {
        "base": {"factors": 2},
        "listening": {"groups": "learned", "clusters": 2, "min_group_size": 10},
    }
    found = diagnose(fit(nations, ModelConfig.model_validate(settings)))
    assert found.countries == []
    assert {row.group for row in found.capacity} == {"cluster-1", "cluster-2"}


def test_a_model_without_groups_is_refused_with_a_remedy(nations: Dataset) -> None:
    settings = {"base": {"factors": 1}, "listening": {"groups": "none"}}
    with pytest.raises(ConfigError, match=r'no groups of listeners(.|\n)*groups = "country"'):
        diagnose(fit(nations, ModelConfig.model_validate(settings)))


def test_everything_goes_into_json(found: Diagnosis) -> None:
    compared = replace(found.list_changes, mean=float("nan"))  # as where no artist has twenty listeners
    plain = json.loads(json.dumps(replace(found, list_changes=compared).to_dict(), allow_nan=False))
    assert plain["list_changes"]["mean"] is None
    assert plain["by_country"][COSINE][0]["cohesion"] == found.rows(COSINE)[0].cohesion
    assert plain["mean_cohesion"].keys() == found.by_country.keys()
    assert plain["capacity"][0]["group"] == "PL"


def test_it_can_be_drawn_even_with_no_country(found: Diagnosis, tmp_path: Path) -> None:
    plot_diagnosis(found, tmp_path / "two.png")
    nowhere = replace(found, by_country={name: [] for name in found.by_country})
    plot_diagnosis(nowhere, tmp_path / "none.png")
    for name in ("two.png", "none.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    with pytest.raises(TigertailError, match=r"unknown picture format '\.xyz'"):
        plot_diagnosis(found, tmp_path / "two.xyz")

"""What lists show: each figure on a world small enough to see it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.metrics.beyond_accuracy import locality_divergence
from tigertail.evaluation.metrics.country_cohesion import cohesion_by_country, mean_cohesion
from tigertail.evaluation.metrics.locality import item_countries, listener_countries
from tigertail.signals.factors import FactorAffinity
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out


def two_countries(path: Path, catalogue_countries: bool) -> Dataset:
    """Thirty Poles play p0..p5, thirty Brazilians b0..b5, four of the six each."""
    rows = [
        (f"{country}{listener:02}", f"{country}{(listener + place) % 6}", 1.0)
        for country in ("p", "b")
        for listener in range(30)
        for place in range(4)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    listeners = plays.select(pl.col("listener_id").unique().sort()).with_columns(
        country=pl.when(pl.col("listener_id").str.starts_with("p")).then(pl.lit("PL")).otherwise(pl.lit("BR"))
    )
    items = plays.select(pl.col("item_id").unique().sort()).with_columns(
        name=pl.col("item_id"), kind=pl.lit("artist")
    )
    if catalogue_countries:  # the catalogue says that all of them are Swedish
        items = items.with_columns(country=pl.lit("SE"))
    return Dataset.write(path, {"plays": plays, "listeners": listeners, "items": items}, name="two")


@pytest.fixture
def split(tmp_path: Path) -> Split:
    return hold_out(two_countries(tmp_path / "two", catalogue_countries=False), ProtocolConfig())


def test_an_item_is_of_the_country_where_most_of_its_listeners_live(split: Split) -> None:
    item_country = dict(zip(split.interactions.items.ids, item_countries(split), strict=True))
    assert item_country == {f"p{n}": "PL" for n in range(6)} | {f"b{n}": "BR" for n in range(6)}


def test_the_catalogue_knows_better(tmp_path: Path) -> None:
    split = hold_out(two_countries(tmp_path / "two", catalogue_countries=True), ProtocolConfig())
    assert set(item_countries(split)) == {"SE"}


def test_local_lists_for_listeners_of_local_music_diverge_by_nothing(split: Split) -> None:
    item_country = item_countries(split)
    listener_country = listener_countries(split)[1][split.query_listeners]
    local = np.stack([np.flatnonzero(item_country == country)[:3] for country in listener_country]).astype(
        np.int32
    )
    abroad = np.stack([np.flatnonzero(item_country != country)[:3] for country in listener_country]).astype(
        np.int32
    )
    assert locality_divergence(local, listener_country, item_country, split) == 0
    assert locality_divergence(abroad, listener_country, item_country, split) == 1


def test_a_country_in_one_point_has_a_large_cohesion() -> None:
    """Ten listeners of one country tell its two scenes apart; a model that does not has a larger cohesion."""
    scenes = np.repeat([[1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0]], 10, axis=0)
    world = np.repeat([[0, 0, 0, 0, 0, 0, 1, 1]], 10, axis=0)
    matrix = np.concatenate([scenes, world])
    rows, columns = np.nonzero(matrix)
    plays = CSR.from_coo(rows, columns, np.ones(len(rows)), matrix.shape)
    listener_country = np.array(["PL"] * 20 + ["US"] * 10)
    item_country = np.array(["PL"] * 6 + ["US"] * 2)
    apart = FactorAffinity(np.repeat(np.eye(3, dtype=np.float32), [3, 3, 2], axis=0), beta=1)
    lumped = FactorAffinity(np.repeat(np.eye(2, dtype=np.float32), [6, 2], axis=0), beta=1)
    of_lumped, of_apart = (
        mean_cohesion(cohesion_by_country(signal, plays, listener_country, item_country))
        for signal in (lumped, apart)
    )
    assert of_lumped > of_apart + 0.3
    assert of_apart == pytest.approx(0, abs=0.05)

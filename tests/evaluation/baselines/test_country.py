from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation import ProtocolConfig, Split, hold_out
from tigertail.evaluation.baselines import CountryPopularity
from tigertail.ranking.topk import top_k
from tigertail.splitting.hold_out import without_hold_out

Plays = list[tuple[str, str, float]]
STARS = ["star one", "star two"]
EVERY = np.arange(2, dtype=np.int32)  # item of two


def two_countries(path: Path, profiles: pl.DataFrame | None) -> Split:
    """Everybody plays the two stars; Senegal and Iceland also play three artists of their own each."""
    plays: Plays = []
    for country, listeners in (("SN", 30), ("IS", 20)):
        for listener in range(listeners):
            local = [f"{country} {place}" for place in range(3) if listener % 3 != place]
            plays += [(f"{country}-{listener:02}", item, 1.0) for item in STARS + local]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row")
    }
    if profiles is not None:
        tables["listeners"] = profiles
    return hold_out(Dataset.write(path, tables, name="two countries"), ProtocolConfig())


def profiles(known: float = 1.0) -> pl.DataFrame:
    ids = [f"{country}-{i:02}" for country, size in (("SN", 30), ("IS", 20)) for i in range(size)]
    told = [name[:2] if place % 10 < 10 * known else None for place, name in enumerate(ids)]
    return pl.DataFrame(
        {"listener_id": ids, "country": told}, {"listener_id": pl.String, "country": pl.String}
    )


@pytest.mark.parametrize("known", [1.0, 0.7])
def test_a_local_query_brings_its_countrys_artists(known: float, tmp_path: Path) -> None:
    split = two_countries(tmp_path / "data", profiles(known))
    ids = split.interactions.items.ids
    signal = CountryPopularity(smoothing=1.0).fit(split)
    for code, item in enumerate(ids):
        if item not in STARS:
            query = np.array([code], np.int32)
            listed = {ids[int(other)] for other in top_k(signal.affinity(query), 4, query)[0][0]}
            country = item[:2]
            assert listed == {*STARS, *(f"{country} {i}" for i in range(3))} - {item}


@pytest.mark.parametrize("told", [None, profiles().drop("country"), profiles(0.0)])
def test_without_countries_it_is_the_worlds_popularity(told: pl.DataFrame | None, tmp_path: Path) -> None:
    split = two_countries(tmp_path / "data", told)
    scores = CountryPopularity().fit(split).affinity(np.arange(8, dtype=np.int32))
    assert (scores == split.popularity).all()


def whole(path: Path, heard: dict[str, list[str]], told: list[tuple[str, str | None]]) -> Split:
    """Who plays what, and the country of each; nobody is held out."""
    plays = [(listener, item, 1.0) for listener, items in heard.items() for item in items]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "listeners": pl.DataFrame(told, {"listener_id": pl.String, "country": pl.String}, orient="row"),
    }
    dataset = Dataset.write(path, tables, name="whole")
    return without_hold_out(dataset, Interactions.of(dataset), ProtocolConfig(), EVERY)


@pytest.mark.parametrize(("iceland", "senegal"), [(13, 10), (15, 7), (31, 8)])
def test_an_item_that_everybody_plays_is_of_no_country(iceland: int, senegal: int, tmp_path: Path) -> None:
    told = [(f"IS-{i}", "IS") for i in range(iceland)] + [(f"SN-{i}", "SN") for i in range(senegal)]
    split = whole(tmp_path / "data", dict.fromkeys(dict(told), STARS), [*told])
    assert (CountryPopularity().fit(split).affinity(EVERY) == split.popularity).all()


def test_of_a_listener_who_is_listed_twice_the_first_row_counts(tmp_path: Path) -> None:
    heard = {"ann": ["Mugison"], "bob": ["Youssou N'Dour"]}
    split = whole(tmp_path / "data", heard, [("ann", None), ("bob", None), ("ann", "IS"), ("bob", "SN")])
    assert (CountryPopularity().fit(split).affinity(EVERY) == split.popularity).all(), "none is known"


def test_affinity_is_the_formula(split: Split, plays: NDArray[np.float64]) -> None:
    told = dict(split.train.listeners.select("listener_id", "country").iter_rows())
    country = np.array([told[listener] or "" for listener in split.interactions.listeners.ids])
    names = ["FR", "IN", "SN"]
    heard = plays > 0
    count = np.array([heard[country == name].sum(axis=0) for name in names], np.float64)
    share = np.array([(country == name).sum() for name in names]) / (country != "").sum()
    smoothing = 5.0
    signal = CountryPopularity(smoothing=smoothing).fit(split)
    scores = signal.affinity(np.arange(25, dtype=np.int32))
    world = smoothing * heard.sum(axis=0) / len(heard)
    for item in range(25):
        n = count[:, item].sum()
        excess = (count[:, item] - n * share) / np.sqrt((n + smoothing) * share)
        expected = count[excess.argmax()] + world if excess.max() > 0 else heard.sum(axis=0)
        np.testing.assert_allclose(scores[item, :25], expected[:25], rtol=1e-6)

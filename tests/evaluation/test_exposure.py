"""Two services: a large one with every artist, and a small one that lacks the one everybody there plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import EVERYTHING, Exposure
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation import ProtocolConfig, Split, System, evaluate, hold_out
from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.evaluation.scoring import ranked_lists, score_system
from tigertail.splitting.hold_out import without_hold_out


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Listeners of both play a and b; the 120 of the large service play z as well, which the small one lacks."""
    rows = [(f"large{one:03}", item, 1.0) for one in range(120) for item in "abz"]
    rows += [(f"small{one:03}", item, 1.0) for one in range(80) for item in "ab"]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    listeners = plays.select(pl.col("listener_id").unique().sort()).with_columns(
        source=pl.col("listener_id").str.head(5)
    )
    path: Path = tmp_path_factory.mktemp("services") / "dataset"
    return Dataset.write(path, {"plays": plays, "listeners": listeners}, name="services")


def popular(split: Split) -> Popularity:
    """Rank z first: the dataset's items, the last one best."""
    ids = split.interactions.items.ids.to_list()
    return Popularity(np.array([10 if item == "z" else 1 for item in ids]))


def split_of(services: Dataset, **settings: str) -> Split:
    return hold_out(services, ProtocolConfig(held_out=0.5, k=1, **settings))


def firsts(split: Split) -> dict[str, set[str]]:
    """Return what comes first after a or b, by the source of the held-out listener."""
    ids = np.array(split.interactions.items.ids.to_list())
    source = split.profiles["source"].to_numpy()[split.query_listeners]
    asked = ids[split.query_items] != "z"
    found = ids[ranked_lists(popular(split), split)[0, :, 0]]
    return {name: set(found[asked & (source == name)].tolist()) for name in ("large", "small")}


def test_a_listener_is_judge_only_of_what_they_could_hear(services: Dataset) -> None:
    assert firsts(split_of(services)) == {"large": {"z"}, "small": {"a", "b"}}
    assert firsts(split_of(services, exposure="ignored")) == {"large": {"z"}, "small": {"z"}}


def test_a_list_is_not_punished_for_what_the_small_service_lacks(services: Dataset) -> None:
    for exposure, ndcg in (("catalogue", 1.0), ("ignored", 0.0)):
        split = split_of(services, exposure=exposure)
        scores = score_system(System("popular", popular), split)
        small = split.profiles["source"].to_numpy()[split.query_listeners] == "small"
        assert set(scores.values[small, 0].tolist()) == {ndcg}


def test_every_target_is_in_the_catalogue_of_its_listener(services: Dataset) -> None:
    split = split_of(services)
    member = split.exposure.catalogue_of[split.relevant.entry_rows()]
    assert not split.exposure.offered.all()
    assert split.exposure.offered[member, split.relevant.indices].all()


def test_without_hold_out_everything_is_ranked_and_training_listeners_keep_their_catalogue(
    services: Dataset,
) -> None:
    interactions = Interactions.of(services)
    for exposure, names in (("catalogue", ("large", "small")), ("ignored", (EVERYTHING,))):
        config = ProtocolConfig(exposure=exposure)
        split = without_hold_out(services, interactions, config, np.arange(3, dtype=np.int32))
        assert split.exposure.offered.all()
        assert split.train_exposure.names == names
        assert split.train_exposure.offered.all() == (exposure == "ignored")


def test_propensity_counts_listeners_as_if_all_could_hear_the_item(services: Dataset) -> None:
    split = split_of(services)
    assert split.adjusted_listeners.tolist() == [len(split.interactions.listeners)] * 3
    ignored = split_of(services, exposure="ignored")
    assert ignored.adjusted_listeners.tolist() == ignored.popularity.tolist()
    assert len(set(ignored.popularity.tolist())) == 2


def test_where_all_could_hear_everything_nothing_changes(scenes: Dataset) -> None:
    split = hold_out(scenes, ProtocolConfig(k=3))
    twice = Exposure(
        ("one", "two"),
        np.ones((2, len(split.popularity)), np.bool_),
        np.arange(len(split.profiles), dtype=np.int32) % 2,
    )
    signal = Popularity(split.popularity)
    lists = ranked_lists(signal, split)
    assert split.exposure.offered.all()
    assert np.array_equal(ranked_lists(signal, replace(split, exposure=twice)), lists)
    assert np.array_equal(split.adjusted_listeners, split.popularity)


def test_results_are_given_by_source_where_there_are_two(services: Dataset, scenes: Dataset) -> None:
    report = evaluate(services, [System("popular", popular)], ProtocolConfig(held_out=0.5, k=1))
    assert report.groups("source") == ["large", "small"]
    assert report.group("source", "small")[0].metrics["nDCG"].mean == 1
    assert report.catalogues == {"large": 1, "small": pytest.approx(2 / 3)}
    assert not evaluate(scenes, [System("popular", popular)]).groups("source")


def test_the_share_of_a_catalogue_is_the_mean_over_the_splits(services: Dataset, tmp_path: Path) -> None:
    """Only large000 plays r, which the table of items lacks: a split that holds them out has three items, else four."""
    plays = pl.concat([services.plays, services.plays.head(1).with_columns(item_id=pl.lit("r"))])
    items = pl.DataFrame({"item_id": ["a", "b", "z"], "name": ["a", "b", "z"], "kind": ["artist"] * 3})
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": plays,
        "items": items,
        "listeners": services.listeners,
    }
    dataset = Dataset.write(tmp_path / "dataset", tables, name="services")
    config = ProtocolConfig(held_out=0.5, k=1)

    def shares(*seeds: int) -> dict[str, float]:
        return evaluate(dataset, [System("popular", popular)], config, seeds=seeds).catalogues

    assert shares(0) == {"large": 1, "small": pytest.approx(2 / 3)}
    assert shares(2) == {"large": 1, "small": 1 / 2}
    assert shares(0, 2) == shares(2, 0) == {"large": 1, "small": pytest.approx(7 / 12)}

"""A map of the catalogue, before and after."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.support import damages

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, ModelError
from tigertail.model import Model, ModelConfig, fit, load, roll_back, save
from tigertail.model.maps.map import AFTER, BEFORE, make_map, read_map, save_map
from tigertail.model.maps.plot import plot_map
from tigertail.model.store.folder import MAPS
from tigertail.simulation import WorldConfig, simulate

WORLD = WorldConfig(listeners=300, artists=200, countries=2, artists_per_listener=15, cold=0.1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Model:
    dataset = simulate(tmp_path_factory.mktemp("map") / "world", WORLD)
    return fit(dataset, ModelConfig.model_validate({"base": {"factors": 8}}))


@pytest.fixture(scope="module")
def positions(world: Model) -> pl.DataFrame:
    return make_map(world)


def test_every_item_has_a_row_and_a_place_where_the_signal_knows_it(
    world: Model, positions: pl.DataFrame
) -> None:
    assert positions["item_id"].to_list() == world.items["item_id"].to_list()
    assert positions.columns == ["item_id", *BEFORE, *AFTER]
    assert positions.dtypes[1:] == [pl.Float32] * 4
    for where, signal in ((BEFORE, "factors"), (AFTER, "mixture")):
        known = world.signals[signal].known
        for column in where:
            assert positions[column].is_not_null().to_list() == known.tolist()
            assert not positions[column].is_nan().any()
            assert positions[column].abs().max() <= 1
    assert positions.select(pl.col(BEFORE).abs().max()).max_horizontal().item() == 1


def test_an_item_nobody_has_heard_lies_among_its_neighbours_after(
    world: Model, positions: pl.DataFrame
) -> None:
    cold = (world.items["listeners"] == 0).to_numpy() & world.signals["mixture"].known
    assert cold.any()
    after = positions.select(AFTER).to_numpy()
    away = [
        np.linalg.norm(
            after[query] - after[world.index.codes(world.similar(one, 5)["item_id"].to_list())], axis=1
        )
        for query in np.flatnonzero(cold)
        for one in [world.items["item_id"][int(query)]]
    ]
    anywhere = np.linalg.norm(after[cold][:, None] - after[None], axis=2)
    assert np.mean([one.mean() for one in away]) < 0.5 * np.nanmean(anywhere)


def test_neighbours_lie_together_and_scenes_apart() -> None:
    """The north and the south, each of thirty artists; each of a hundred listeners plays eight of one of them."""
    rng = np.random.default_rng(0)
    plays = [
        (f"{scene}{listener}", f"{scene}{artist:02}")
        for scene in ("north", "south")
        for listener in range(100)
        for artist in rng.choice(30, 8, replace=False)
    ]
    dataset = Dataset.of(pl.DataFrame(plays, ["listener_id", "item_id"], orient="row"))
    positions = make_map(fit(dataset, ModelConfig.model_validate({"base": {"factors": 4}})))
    north = positions["item_id"].str.starts_with("north").to_numpy()
    for where in (BEFORE, AFTER):
        at = positions.select(where).to_numpy()
        inside = max(np.ptp(at[scene], axis=0).max() for scene in (north, ~north))
        assert np.linalg.norm(at[north].mean(axis=0) - at[~north].mean(axis=0)) > inside


def test_an_item_that_no_signal_knows_has_no_place(model: Model) -> None:
    cold = make_map(model).filter(pl.col("item_id") == "x9")
    assert cold.null_count().row(0) == (0, 1, 1, 1, 1)


def test_a_map_is_deterministic(model: Model) -> None:
    assert make_map(model).equals(make_map(model))


def made_up(model: Model) -> pl.DataFrame:
    return model.items.select("item_id", *(pl.lit(0.5, pl.Float32).alias(name) for name in (*BEFORE, *AFTER)))


def test_a_map_lies_beside_the_model_it_is_of(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    save(model, folder)
    assert read_map(folder) is None
    first = load(folder)
    file = save_map(made_up(first), first, folder)
    assert file == folder / MAPS / f"{first.version}.parquet"
    found = read_map(folder)
    assert found is not None
    assert found.equals(made_up(model))

    save(replace(model, training_summary={}), folder)  # another model has none yet
    assert read_map(folder) is None
    assert read_map(folder, first.version) is not None
    roll_back(folder)
    assert read_map(folder) is not None


def test_maps_of_models_that_are_gone_are_removed(model: Model, tmp_path: Path) -> None:
    for round_ in range(3):
        save(replace(model, training_summary={"round": round_}), tmp_path / "model")
        now = load(tmp_path / "model")
        last = save_map(made_up(now), now, tmp_path / "model")
    assert len(list((tmp_path / "model" / MAPS).iterdir())) == 2  # as many as there are generations
    assert last.is_file()


def test_a_map_of_a_model_that_was_replaced_meanwhile_is_refused(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    old = load(tmp_path / "model")
    for _ in range(2):
        save(replace(model, training_summary={}), tmp_path / "model")
    with pytest.raises(ModelError, match="replaced while its map was made"):
        save_map(made_up(old), old, tmp_path / "model")
    assert not (tmp_path / "model" / MAPS).exists()


def test_a_damaged_map_is_an_error_with_a_remedy(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    now = load(tmp_path / "model")
    save_map(made_up(now), now, tmp_path / "model").write_bytes(b"PAR1, but no more")
    with pytest.raises(ModelError, match="damaged map"):
        read_map(tmp_path / "model")


def test_wherever_a_map_is_damaged_it_is_read_or_refused(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    now = load(tmp_path / "model")
    for _ in damages(save_map(made_up(now), now, tmp_path / "model")):
        with suppress(ModelError):
            read_map(tmp_path / "model")


def test_a_map_is_drawn(world: Model, positions: pl.DataFrame, tmp_path: Path) -> None:
    plot_map(world, positions, tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    plot_map(world, positions, tmp_path / "map.svg")
    drawn = (tmp_path / "map.svg").read_text("utf-8")
    assert "<svg" in drawn
    plot_map(world, positions, tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_text("utf-8") == drawn
    with pytest.raises(ConfigError, match="unknown picture format"):
        plot_map(world, positions, tmp_path / "map.gif")


def test_a_catalogue_without_countries_is_drawn_too(model: Model, tmp_path: Path) -> None:
    plot_map(model, made_up(model), tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 1000

"""A mixture learns from listeners of whom the signals that teach it have seen nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError, TigertailWarning
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.mixing import Mixture
from tigertail.model import Model, ModelConfig
from tigertail.model.fit_mixture import (
    EXPOSURES,
    HeldOutSignals,
    fit_held_out,
    fit_mixture,
    learned_exposure,
    mixed_names,
)
from tigertail.model.registry import FitContext, fit_signals
from tigertail.signals.annotation import Annotation
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening
from tigertail.simulation import WorldConfig, simulate
from tigertail.splitting.hold_out import ProtocolConfig, hold_out

CONFIG = ModelConfig.model_validate(
    {"base": {"factors": 8, "iterations": 2}, "listening": {"min_group_size": 20}}
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    small = WorldConfig(listeners=200, artists=120, countries=3, artists_per_listener=15)
    return simulate(tmp_path_factory.mktemp("mixed") / "world", small)


def ingredients(dataset: Dataset, config: ModelConfig = CONFIG) -> FitContext:
    return FitContext(dataset, Interactions.of(dataset), config)


def test_signals_that_teach_have_no_trace_of_those_held_out(world: Dataset) -> None:
    held_out = fit_held_out(ingredients(world), ["listening", "annotation"])
    assert held_out is not None
    listening, annotation = held_out.signals["listening"], held_out.signals["annotation"]
    assert isinstance(listening, GroupedCoListening)
    assert isinstance(annotation, Annotation)
    held = set(held_out.split.profiles["listener_id"])
    everyone = set(world.plays["listener_id"])
    assert len(held) == round(0.2 * len(everyone))
    assert listening.plays.shape[0] == len(everyone) - len(held)
    others = world.scan("annotations").filter(~pl.col("annotator").is_in(list(held))).collect()
    assert int(annotation.people.max()) <= others["annotator"].n_unique()
    left = held_out.split.train.scan("annotations").collect()
    assert not set(left["annotator"]) & held


def test_what_is_learned_hangs_on_the_blind_signals_alone(world: Dataset) -> None:
    given = ingredients(world)
    mixture = fit_mixture(given, fit_signals(given))
    held_out = fit_held_out(given, mixed_names(world, CONFIG.mixture))
    assert mixture is not None
    assert held_out is not None
    train = FitContext(held_out.split.train, held_out.split.interactions, CONFIG)
    seeing = fit_signals(train)
    for name, signal in held_out.signals.items():
        queries = np.flatnonzero(signal.known)[:20].astype(np.int32)
        assert signal.affinity(queries).tobytes() == seeing[name].affinity(queries).tobytes()
    assert mixture.parameters.listener_cap == int(
        held_out.split.popularity[np.unique(held_out.split.query_items)].max()
    )


def test_at_most_so_many_listeners_are_held_out(world: Dataset) -> None:
    few = ModelConfig.model_validate(CONFIG.model_dump() | {"mixture": {"max_listeners": 12}})
    held_out = fit_held_out(ingredients(world, few), ["listening"])
    assert held_out is not None
    assert len(held_out.split.profiles) == 12


def test_listeners_of_one_item_who_cannot_teach_take_none_of_those_who_can(tmp_path: Path) -> None:
    able = [(f"able {who}", f"x{(who + place) % 12}") for who in range(100) for place in range(3)]
    lone = [(f"lone {who}", "x0") for who in range(900)]
    plays = pl.DataFrame(able + lone, ["listener_id", "item_id"], orient="row").with_columns(plays=1.0)
    few = ModelConfig.model_validate(CONFIG.model_dump() | {"mixture": {"max_listeners": 12}})
    held_out = fit_held_out(
        ingredients(Dataset.write(tmp_path / "lone", {"plays": plays}, name="lone"), few), []
    )
    assert held_out is not None
    assert len(held_out.split.profiles) == 12


def test_a_trial_is_answered_by_the_mixture_that_a_fit_makes(world: Dataset) -> None:
    trial = hold_out(world, ProtocolConfig(seed=3))
    judged = OwnSignal(signal="mixture", model=CONFIG).fit(trial)
    fitted = tigertail.fit(trial.train, config=CONFIG).signals["mixture"]
    assert isinstance(judged, Mixture)
    assert isinstance(fitted, Mixture)
    queries = trial.query_items[:20]
    assert judged.affinity(queries).tobytes() == fitted.affinity(queries).tobytes()


def test_too_few_listeners_teach_nothing(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": list("aabbcc"), "item_id": list("xyxyyz"), "plays": 1.0})
    few = Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    assert fit_held_out(ingredients(few), ["listening"]) is None
    assert fit_mixture(ingredients(few), {}) is None
    none = GroundTruth("feedback", pl.DataFrame(), graded=True, read=0)
    with pytest.raises(DataError, match="too few listeners for a mixture that learns from feedback"):
        fit_mixture(ingredients(few), {}, feedback=none)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A world in which most listeners use a service that has three in ten artists."""
    small = WorldConfig.checked(
        listeners=600,
        artists=200,
        countries=3,
        artists_per_listener=20,
        services="global=0.8,full=0.2",
        catalogue=0.3,
    )
    return simulate(tmp_path_factory.mktemp("services") / "world", small)


def exposure_of(signal: Signal) -> float | None:
    assert isinstance(signal, GroupedCoListening)
    return signal.config.exposure


@pytest.fixture(scope="module")
def held_out_of_services(services: Dataset) -> HeldOutSignals:
    held_out = fit_held_out(ingredients(services), ["listening"])
    assert held_out is not None
    return held_out


def test_where_services_differ_in_what_they_offer_common_listeners_count_more(services: Dataset) -> None:
    config = ModelConfig.model_validate(
        CONFIG.model_dump() | {"mixture": {"signals": ["listening", "annotation"]}}
    )
    model = tigertail.fit(services, config=config)
    mixture = model.signals["mixture"]
    assert isinstance(mixture, Mixture)
    assert exposure_of(model.signals["listening"]) == exposure_of(mixture.parts["listening"]) == 1


def test_an_exposure_of_the_settings_is_kept_and_a_catalogue_for_all_needs_none(
    services: Dataset, world: Dataset, held_out_of_services: HeldOutSignals
) -> None:
    half = ModelConfig.model_validate(CONFIG.model_dump() | {"listening": {"exposure": 0.5}})
    listening, split = held_out_of_services.signals["listening"], held_out_of_services.split
    assert learned_exposure(ingredients(services), listening, split) == 1
    assert learned_exposure(ingredients(services, half), listening, split) is None
    assert learned_exposure(ingredients(world), listening, split) is None


@pytest.mark.parametrize(
    ("likelihoods", "exposure"),
    [((1, 2, 4, 3), 0.5), ((1, 2, 3, 4), 1), ((4, 3, 2, 1), 0), ((1, 1, 1, 1), 0)],
)
def test_as_much_is_corrected_as_makes_what_listeners_chose_likeliest(
    services: Dataset,
    held_out_of_services: HeldOutSignals,
    monkeypatch: pytest.MonkeyPatch,
    likelihoods: tuple[float, ...],
    exposure: float,
) -> None:
    found = {str(one): np.full(4, value) for one, value in zip(EXPOSURES, likelihoods, strict=True)}
    monkeypatch.setattr("tigertail.model.fit_mixture.likelihood_of_each", lambda *_, **__: found)
    listening, split = held_out_of_services.signals["listening"], held_out_of_services.split
    assert learned_exposure(ingredients(services), listening, split) == exposure


def test_what_chance_could_have_made_likelier_corrects_no_more(
    services: Dataset, held_out_of_services: HeldOutSignals, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {str(one): np.array([1.0, 1.0, 1.0, 1.0]) for one in EXPOSURES}
    found["0.5"] += [0.2, 0.2, 0.2, 0.0]  # nearly always better
    found["1.0"] += [4.0, -3.0, 2.0, -2.0]  # still better in all, by one choice
    monkeypatch.setattr("tigertail.model.fit_mixture.likelihood_of_each", lambda *_, **__: found)
    listening, split = held_out_of_services.signals["listening"], held_out_of_services.split
    assert learned_exposure(ingredients(services), listening, split) == 0.5


def liked(world: Dataset, model: Model, listeners: int) -> pl.DataFrame:
    """Return events of people who are shown lists of two signals in turns, and play what tags alone say."""
    queries = world.items["item_id"].sort().to_list()[::2]
    tagged = model.neighbours(queries, 6, signal="annotation").with_columns(model=pl.lit("tags"))
    heard = model.neighbours(queries, 6, signal="listening").with_columns(model=pl.lit("listening"))
    heard = heard.join(tagged, on=["target_item_id", "item_id"], how="anti")
    rows = pl.concat([tagged, heard]).select(
        pl.col("target_item_id").alias("query"), pl.col("item_id").alias("item"), "model", "rank"
    )
    who = pl.DataFrame({"listener": [f"u{number}" for number in range(listeners)], "list_id": "1"})
    shown = rows.join(who, how="cross").with_columns(kind=pl.lit("impression"))
    return pl.concat([shown, shown.filter(pl.col("model") == "tags").with_columns(kind=pl.lit("play"))])


def test_a_mixture_taught_by_feedback_moves_towards_what_listeners_liked(world: Dataset) -> None:
    config = ModelConfig.model_validate(CONFIG.model_dump() | {"mixture": {"feedback": 0.5}})
    untaught = tigertail.fit(world, config=config)
    with pytest.warns(TigertailWarning, match="all actions have the same weight"):
        taught = tigertail.fit(world, config=config, feedback=liked(world, untaught, 10))

    # Judged on the queries of which nobody said a word.
    asked = world.items["item_id"].sort().to_list()[1::2]
    right = untaught.neighbours(asked, 6, signal="annotation").select("target_item_id", "item_id")

    def found(model: Model) -> float:
        lists = model.neighbours(asked, 10).select("target_item_id", "item_id")
        return len(lists.join(right, on=["target_item_id", "item_id"])) / len(right)

    assert found(taught) > found(untaught) + 0.05
    mixtures = [model.signals["mixture"] for model in (untaught, taught)]
    weights = []
    for mixture in mixtures:
        assert isinstance(mixture, Mixture)
        weights.append(
            mixture.weights(untaught.index.codes(asked))[:, list(mixture.parts).index("annotation")].mean()
        )
    assert weights[1] > weights[0]

"""What the options do: which signal answers, and what may be listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, UnknownItemError
from tigertail.mixing import Mixture, with_candidates
from tigertail.model import Model, ModelConfig
from tigertail.model.explanation import format_reasons
from tigertail.model.resolution import model_defaults
from tigertail.simulation import WorldConfig, simulate

SMALL = ModelConfig(base={"factors": 16, "iterations": 3}, listening={"min_group_size": 20})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=300, artists=200, countries=4, artists_per_listener=20, cold=0.05)
    return simulate(tmp_path_factory.mktemp("question") / "world", config)


@pytest.fixture(scope="module")
def mixed(world: Dataset) -> Model:
    return tigertail.fit(world, config=SMALL)


def star(model: Model) -> str:
    return str(model.items["item_id"][0])


def test_the_mixture_answers_unless_another_signal_is_named(mixed: Model) -> None:
    asked = mixed.similar(star(mixed), signal="mixture")
    assert mixed.similar(star(mixed)).equals(asked)
    assert not mixed.similar(star(mixed), signal="audio").equals(asked)


def test_an_item_nobody_has_heard_has_neighbours(mixed: Model) -> None:
    mixture = mixed.signals["mixture"]
    cold = mixed.items.filter((pl.col("listeners") == 0) & pl.Series(mixture.known))["item_id"]
    assert len(cold)
    assert len(mixed.similar(cold[0], 5)) == 5
    assert mixed.similar(cold[0], 5, signal="listening").is_empty()
    lists = mixed.neighbours(top=len(mixed.items))
    assert lists["item_id"].is_in(cold.to_list()).any(), "and can itself be recommended"


def test_contributions_sum_to_the_affinity_and_have_reasons(mixed: Model) -> None:
    for item in mixed.items["item_id"][::40]:
        answers = mixed.similar(item, 10, why=True)
        for row in answers.iter_rows(named=True):
            total = sum(part["contribution"] for part in row["why"])
            assert np.exp(total) == pytest.approx(row["score"], rel=1e-5)
            assert np.prod([part["factor"] for part in row["why"]]) == pytest.approx(row["score"], rel=1e-5)
            *signals, prior = row["why"]
            assert (prior["signal"], prior["share"]) == ("prior", 0)
            assert sum(part["share"] for part in signals) == pytest.approx(1)
            order = [(part["has_data"], part["share"]) for part in signals]
            assert order == sorted(order, reverse=True)
    evidence = [part["evidence"] for why in mixed.similar(star(mixed), why=True)["why"] for part in why]
    assert any("listeners in common" in words for words in evidence)


def test_what_says_nothing_of_an_answer_is_not_its_reason(mixed: Model) -> None:
    answers = mixed.similar(star(mixed), 5, strata=["cold"], why=True)
    assert len(answers)
    for why in answers["why"]:
        listening = next(part for part in why if part["signal"] == "listening")
        assert not listening["has_data"], "nobody has heard it"
        assert why[0]["has_data"]
        assert not format_reasons(why.to_list()).startswith("listening")


def test_a_signal_asked_alone_is_a_mixture_of_one(mixed: Model) -> None:
    [why] = mixed.similar(star(mixed), 1, signal="annotation", why=True)["why"].to_list()
    [part] = why
    assert (part["signal"], part["share"], part["factor"]) == ("annotation", 1, None)


def test_a_disabled_signal_adds_nothing(mixed: Model) -> None:
    answers = mixed.similar(star(mixed), 10, disabled_signals=["annotation"], why=True)
    named = {part["signal"] for why in answers["why"] for part in why}
    assert named == {"listening", "audio", "web", "sequences", "prior"}
    assert answers["item_id"].to_list() != mixed.similar(star(mixed), 10)["item_id"].to_list()


def test_what_is_alike_and_what_is_played_next_are_two_lists(mixed: Model) -> None:
    taste, default, kinship = (
        mixed.similar(star(mixed), 10, character=character)["item_id"].to_list() for character in (0, None, 1)
    )
    assert (
        default
        == mixed.similar(star(mixed), 10, character=mixed.config.mixture.character)["item_id"].to_list()
    )
    assert taste != kinship


def test_a_larger_popularity_exponent_lists_less_popular_items(mixed: Model) -> None:
    popularity = [mixed.similar(star(mixed), 20, beta=beta)["listeners"].mean() for beta in (0, 0.5, 1)]
    assert popularity == sorted(popularity, reverse=True)
    assert popularity[0] > popularity[2]


def test_only_some_items_may_be_listed(mixed: Model) -> None:
    home = mixed.items["country"].drop_nulls()[5]
    from_there = mixed.similar(star(mixed), 10, item_countries=[home])
    assert set(from_there.join(mixed.items, on="item_id")["country"]) == {home}
    assert set(mixed.similar(star(mixed), 10, strata=["tail", "cold"])["stratum"]) <= {"tail", "cold"}
    assert mixed.similar(star(mixed), 10)["listeners"].min() < 30
    assert mixed.similar(star(mixed), 10, min_listeners=30)["listeners"].min() >= 30
    first, second = mixed.similar(star(mixed), 2)["item_id"]
    assert mixed.similar(star(mixed), 1, exclude=[first])["item_id"].to_list() == [second]
    name = mixed.similar(star(mixed), 1)["name"][0]
    assert mixed.similar(star(mixed), 1, exclude=[name])["item_id"].to_list() == [second]
    with pytest.raises(UnknownItemError):
        mixed.similar(star(mixed), 1, exclude=["Nobody at All"])
    for n in (-1, 2.5):
        with pytest.raises(ConfigError, match=f"{n} items asked for"):
            mixed.similar(star(mixed), n)
    assert mixed.similar(star(mixed), kinds=["track"]).is_empty()
    lists = mixed.neighbours([star(mixed)], 10, item_countries=[home])
    assert lists["item_id"].to_list() == from_there["item_id"].to_list()


@pytest.mark.parametrize(
    ("options", "says", "remedy"),
    [
        (
            {"disabled_signals": ["radio"]},
            "no signal 'radio' in the mixture",
            "choose of listening, annotation",
        ),
        (
            {"disabled_signals": ["audio"], "signal": "web"},
            "'web' has no parts to disable",
            "query a mixture",
        ),
        (
            {"disabled_signals": ["listening", "annotation", "audio", "web", "sequences"]},
            "every signal is disabled",
            "leave one enabled",
        ),
        (
            {"disabled_signals": ["listening"], "country": "PL"},
            "'mixture' without 'listening' has no groups of listeners",
            "a mixture in which it is enabled",
        ),
        (
            {"disabled_signals": "audio"},
            "must be a list, not a text",
            r"write disabled_signals=['audio']",
        ),
        ({"item_countries": ["Narnia"]}, "unknown country 'Narnia'", "ISO 3166-1"),
        ({"kinds": ["song"]}, "unknown kind 'song'", "artist, album, track"),
        ({"strata": ["middle"]}, "unknown stratum 'middle'", "head, mid, tail, cold"),
        ({"beta": 3.0}, "beta is 3.0", "from 0 to 2"),
        ({"beta": 1.0, "signal": "web"}, "'web' has no popularity exponent", "leave beta out"),
        ({"signal": ""}, "unknown signal ''", "choose one of listening, factors"),
        ({"lens": 0.5}, "lens needs a country, language or group", "leave lens out"),
    ],
)
def test_dials_that_do_not_fit_are_refused(
    mixed: Model, options: dict[str, Any], says: str, remedy: str
) -> None:
    for query in (mixed.similar, lambda item, **keywords: mixed.neighbours([item], **keywords)):
        with pytest.raises(ConfigError, match=says) as raised:
            query(star(mixed), **options)
        assert remedy in raised.value.remedy


def test_items_without_a_country_cannot_be_chosen_by_it(model: Model) -> None:
    with pytest.raises(ConfigError, match="the items of this model have no country") as refused:
        model.similar("n1", item_countries=["IS"])
    assert "a table of items with a column country or the format musicbrainz" in refused.value.remedy


@pytest.mark.parametrize(("setting", "value"), [("signals", ["radio"]), ("overlaps", [["radio", "web"]])])
def test_a_signal_to_mix_that_is_not_there_is_refused(scenes: Dataset, setting: str, value: object) -> None:
    config = ModelConfig.model_validate({"base": {"factors": 4}, "mixture": {setting: value}})
    with pytest.raises(ConfigError, match=rf"mixture.{setting}: no signal 'radio'"):
        tigertail.fit(scenes, config=config)


def test_too_few_listeners_teach_no_mixture(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": list("aabbcc"), "item_id": list("xyxyyz"), "plays": 1.0})
    few = Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    model = tigertail.fit(few, config=ModelConfig(base={"factors": 2}))
    assert "mixture" not in model.signals
    assert model.similar("x")["item_id"][0] == "y"
    defaults = model_defaults(model.signals, model.config)
    assert (defaults["signal"], defaults["beta"]) == ("listening", model.config.listening.beta)
    assert model.similar("x", beta=defaults["beta"]).equals(model.similar("x"))


def test_naive_cf_is_the_factors_at_a_beta_of_one(local_model: Model) -> None:
    factors = local_model.similar("star", signal="factors", beta=1.0)
    assert local_model.similar("star", signal="cosine").equals(factors)
    assert local_model.similar("star", signal="cosine", beta=1).equals(factors)
    with pytest.raises(ConfigError, match=r"beta is 0\.5, that of the cosine is 1"):
        local_model.similar("star", signal="cosine", beta=0.5)


@pytest.fixture(scope="module")
def short(mixed: Model) -> Model:
    """The model with at most 60 candidates of 200 items."""
    mixture = mixed.signals["mixture"]
    assert isinstance(mixture, Mixture)
    return replace(mixed, signals={**mixed.signals, "mixture": with_candidates(mixture, 60)})


OPTIONS: list[dict[str, Any]] = [
    {},
    {"beta": 0.0},
    {"character": 1.0},
    {"disabled_signals": ["annotation"]},
    {"strata": ["tail"]},
    {"min_listeners": 10},
    {"exclude": ["the next two"]},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_candidates_answer_as_a_look_at_every_item_does(mixed: Model, options: dict[str, Any]) -> None:
    options = (
        {**options, "exclude": mixed.items["item_id"][1:3].to_list()} if "exclude" in options else options
    )
    ranked, exact = (mixed.neighbours(top=20, exact=exact, **options) for exact in (None, True))
    assert ranked.drop("score").equals(exact.drop("score"))
    np.testing.assert_allclose(ranked["score"], exact["score"], rtol=1e-5)
    one, other = (mixed.similar(star(mixed), why=True, exact=exact, **options) for exact in (None, True))
    assert one.drop("score", "why").equals(other.drop("score", "why"))
    assert [[row["evidence"] for row in why] for why in one["why"]] == [
        [row["evidence"] for row in why] for why in other["why"]
    ]


def test_a_filter_that_leaves_too_few_candidates_looks_at_every_item(short: Model) -> None:
    rare = {"strata": ["tail"], "beta": 0.0}
    ranked, exact = (short.neighbours(top=20, exact=exact, **rare) for exact in (None, True))
    assert ranked.equals(exact)
    query = np.array([0], np.int32)
    allowed = (short.items["stratum"] == "tail").to_numpy()
    mixture = short.signals["mixture"]
    assert isinstance(mixture, Mixture)
    assert not mixture.with_beta(0.0).best_candidates(query, 20, allowed)[2].any()


def test_several_items_look_at_every_item(short: Model) -> None:
    items = short.items["item_id"][:3].to_list()
    one, other = (short.similar(items, exact=exact) for exact in (None, True))
    assert one.equals(other)


@pytest.mark.parametrize("lens", [0.0, 0.5, 1.0])
def test_candidates_answer_through_a_lens(mixed: Model, lens: float) -> None:
    place = str(mixed.signals["listening"].keys[0])  # type: ignore[attr-defined]
    options = {"group": place, "lens": lens}
    ranked, exact = (mixed.neighbours(top=20, exact=exact, **options) for exact in (None, True))
    assert (ranked["item_id"] == exact["item_id"]).mean() > 0.999, "but for ties in the last digits"
    np.testing.assert_allclose(ranked["score"], exact["score"], rtol=1e-4)
    one, other = (mixed.similar(star(mixed), why=True, exact=exact, **options) for exact in (None, True))
    assert one["item_id"].equals(other["item_id"])
    for mine, theirs in zip(one["why"], other["why"], strict=True):
        np.testing.assert_allclose(mine[0]["contribution"], theirs[0]["contribution"], rtol=1e-4)

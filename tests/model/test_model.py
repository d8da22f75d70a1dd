"""Questions to a fitted model, in the world of two scenes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError, TigertailWarning, UnknownItemError
from tigertail.model import Model, fit
from tigertail.model.recommend import History
from tigertail.signals.factors import FactorAffinity

SIGNALS = ["listening", "factors", "co-listening"]
SCENES = [{"n1", "n2", "n3", "n4"}, {"s1", "s2", "s3", "s4"}]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("item", sorted(SCENES[0] | SCENES[1]))
def test_artists_of_a_scene_are_each_others_neighbours(model: Model, item: str, signal: str) -> None:
    [scene] = [scene for scene in SCENES if item in scene]
    assert set(model.similar(item, 3, signal=signal)["item_id"]) == scene - {item}


def test_an_answer_says_all_there_is_to_know(model: Model) -> None:
    answer = model.similar("n1", 2)
    assert answer.columns == ["rank", "item_id", "name", "score", "listeners", "stratum"]
    assert answer["rank"].to_list() == [1, 2]
    assert answer["listeners"].to_list() == [9, 9]
    assert answer["score"].is_sorted(descending=True)


def test_no_more_is_listed_than_there_is(model: Model) -> None:
    assert len(model.similar("n1", 1000)) == 7
    assert len(model.similar("n1", 1000, signal="co-listening")) == 3
    assert model.similar("n1", 0).is_empty()


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("s3", "s3"),
        ("Youssou N'Dour", "s3"),
        ("youssou ndour", "s3"),
        ("YOUSSOU N’DOUR", "s3"),
        ("sigur ros", "n2"),
        ("КИНО", "n1"),
        ("東京事変", "s1"),
        ("فيروز", "s2"),
        ("cure", "n3"),
        ("  the  cure ", "n3"),
    ],
)
def test_an_item_is_found_by_id_and_by_any_spelling_of_its_name(model: Model, name: str, item: str) -> None:
    assert model.items["item_id"][model.index.match(name).code] == item
    assert model.index.codes([name]).tolist() == [model.index.match(name).code]


def test_of_items_with_one_name_the_most_listened_is_meant(model: Model) -> None:
    for name in ("Nirvana", "nirvana"):
        assert model.items["item_id"][model.index.match(name).code] == "n4"
    assert model.index.codes(["nirvana", "nobody at all", "s4"]).tolist() == [
        model.index.match("n4").code,
        -1,
        model.index.match("s4").code,
    ]


def test_an_unknown_name_suggests_close_ones(model: Model) -> None:
    with pytest.raises(UnknownItemError, match=r"no item called 'Sigur Rosa'\n.*did you mean: Sigur Rós"):
        model.similar("Sigur Rosa")
    with pytest.raises(UnknownItemError, match="no name in this model is close to it"):
        model.similar("Xzqw 77")
    with pytest.raises(UnknownItemError, match="no item called ''"):
        model.similar("")


@pytest.mark.parametrize("signal", SIGNALS)
def test_an_item_nobody_has_played_has_no_answers_and_is_none(model: Model, signal: str) -> None:
    assert model.similar("Nobody Yet", signal=signal).is_empty()
    lists = model.neighbours(signal=signal)
    assert "x9" not in lists["target_item_id"]
    assert "x9" not in lists["item_id"]
    assert model.neighbours(["x9"], signal=signal).is_empty()


@pytest.mark.parametrize("signal", SIGNALS)
def test_neighbours_are_the_similar_items_of_many(model: Model, signal: str) -> None:
    asked = ["s1", "Кино", "s1"]
    lists = model.neighbours(asked, 2, signal=signal)
    assert dict(lists.schema) == {
        "target_item_id": pl.String,
        "item_id": pl.String,
        "score": pl.Float32,
        "rank": pl.Int32,
    }
    assert lists["target_item_id"].to_list() == ["s1", "s1", "n1", "n1", "s1", "s1"]
    one_by_one = pl.concat(model.similar(item, 2, signal=signal) for item in asked)
    for column in ("item_id", "score", "rank"):
        assert lists[column].to_list() == one_by_one[column].to_list()


def test_neighbours_of_everything_and_with_names(model: Model) -> None:
    lists = model.neighbours(top=1, names=True)
    assert lists.columns == ["target_item_id", "item_id", "score", "rank", "target_name", "name"]
    assert set(lists["target_item_id"]) == SCENES[0] | SCENES[1]
    called = dict(zip(model.items["item_id"], model.items["name"], strict=True))
    assert lists["name"].to_list() == [called[item] for item in lists["item_id"]]
    assert lists["target_name"].to_list() == [called[item] for item in lists["target_item_id"]]


def test_neighbours_of_one_name_and_of_an_array_of_names(model: Model) -> None:
    expected = model.neighbours(["Sigur Rós"])
    assert model.neighbours("Sigur Rós").equals(expected)
    assert model.neighbours(np.array(["Sigur Rós"])).equals(expected)


def test_neighbours_refuse_an_unknown_query(model: Model) -> None:
    with pytest.raises(UnknownItemError, match="no item called 'Sade'"):
        model.neighbours(["n1", "Sade"])
    assert model.neighbours([]).is_empty()


def test_an_array_of_numbers_is_one_of_codes(model: Model) -> None:
    expected = model.neighbours(model.items["item_id"].head(2).to_list())
    assert model.neighbours(np.array([0, 1])).equals(expected)
    for code in (-1, len(model.items)):
        with pytest.raises(
            UnknownItemError, match=f"no item has the code {code}: .*0 to 8\n  -> give ids as a list"
        ):
            model.neighbours(np.array([0, code]))


def test_ids_that_were_numbers_are_asked_for_as_numbers() -> None:
    numbered = fit(Dataset.of({"user": ["ann", "ann", "bob", "bob"], "artist": [7, 8, 7, 8]}))
    [eight] = numbered.similar("7")["item_id"]
    assert eight == "8"
    for asked in (7, np.int64(7), [7]):
        assert numbered.similar(asked)["item_id"].to_list() == ["8"]
        assert numbered.neighbours(asked)["item_id"].to_list() == ["8"]
        assert numbered.radio(asked)["item_id"].to_list() == ["8"]
    assert numbered.path(7, 8)["item_id"].to_list() == ["7", "8"]
    with pytest.raises(UnknownItemError, match="no item called '9'"):
        numbered.similar(9)


def test_ties_go_to_the_popular_and_then_to_the_smaller_id(model: Model) -> None:
    # All vectors alike: every affinity ties. Codes run from the most listened, equals by id.
    alike = FactorAffinity(np.ones((len(model.items), 5), np.float32))
    tied = replace(model, signals={"factors": alike})
    assert tied.similar("s2", signal="factors")["item_id"].to_list() == [
        "n1",
        "n2",
        "n3",
        "n4",
        "s1",
        "s3",
        "s4",
        "x9",
    ]


def test_another_beta_is_for_listening_and_factors(model: Model) -> None:
    cosine, dot = (model.similar("s1", beta=beta, signal="factors")["score"].to_list() for beta in (1.0, 0.0))
    assert cosine != dot
    assert cosine[0] == pytest.approx(1, abs=0.2)
    some, none = (model.similar("s1", 3, beta=beta) for beta in (1.0, 0.0))
    # Each answer has six listeners; three more are added where popularity is divided out.
    np.testing.assert_allclose(some["score"], none["score"] / 9, rtol=1e-5)
    with pytest.raises(ConfigError, match="has no popularity exponent"):
        model.similar("s1", signal="co-listening", beta=1.0)
    for beta in (-1.0, float("nan")):
        with pytest.raises(ConfigError, match=f"beta is {beta}"):
            model.similar("s1", beta=beta)
    with pytest.raises(ConfigError, match=r"unknown signal 'audio'\n.*listening, factors, co-listening"):
        model.similar("s1", signal="audio")


def dataset(folder: Path, plays: dict[str, object], **tables: pl.DataFrame) -> Dataset:
    return Dataset.write(folder / "dataset", {"plays": pl.DataFrame(plays), **tables}, name="small")


def test_a_listener_with_one_item_makes_a_model(tmp_path: Path) -> None:
    only = fit(dataset(tmp_path, {"listener_id": ["u"], "item_id": ["a"], "plays": [3]}))
    assert only.similar("a").is_empty()
    assert only.similar("a", signal="co-listening").is_empty()
    assert only.neighbours().is_empty()


def test_without_a_play_that_counts_there_is_no_model(tmp_path: Path) -> None:
    plays = {"listener_id": ["u"], "item_id": ["a"], "plays": [3], "rating": [0.0]}
    with pytest.raises(DataError, match="not one play counts"):
        fit(dataset(tmp_path, plays))


def test_an_item_twice_in_the_catalogue_is_refused(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["a", "a"], "name": ["A", "B"], "kind": "artist"})
    plays = {"listener_id": ["u"], "item_id": ["a"], "plays": [3]}
    with pytest.raises(DataError, match="in the catalogue twice"):
        fit(dataset(tmp_path, plays, items=items))


def test_the_number_of_threads_changes_no_answer(scenes: Dataset, model: Model) -> None:
    assert fit(scenes, model.config, threads=1).neighbours().equals(model.neighbours())


def listed(answers: pl.DataFrame) -> list[str]:
    return answers["item_id"].to_list()


def test_after_a_star_each_country_hears_its_own(local_model: Model) -> None:
    assert listed(local_model.similar("star", 1))[0].startswith("b"), "there are more Brazilians"
    assert set(listed(local_model.similar("star", 3, country="Polska"))) == {"p1", "p2", "p3"}
    assert set(listed(local_model.similar("star", 3, country="Brazil"))) == {"b1", "b2", "b3"}
    assert set(listed(local_model.similar("star", 3, language="português"))) == {"b1", "b2", "b3"}
    assert listed(local_model.similar("star", 3, group="PL")) == listed(
        local_model.similar("star", 3, country="PL")
    )
    assert "e1" in listed(local_model.similar("star", 2, group="151", lens=1.0))


def test_a_country_with_too_few_listeners_is_localised_to_its_region_with_a_warning(
    local_model: Model,
) -> None:
    with pytest.warns(
        TigertailWarning, match="too few listeners in Czechia: localised to Eastern Europe"
    ) as told:
        answers = local_model.similar("star", country="Česko")
    assert told[0].filename == __file__, "the caller's line"
    assert answers.equals(local_model.similar("star", group="151"))
    with pytest.warns(TigertailWarning, match="around Kenya: this is the list for the whole world"):
        assert local_model.similar("star", country="KE").equals(local_model.similar("star"))


def test_a_lens_may_be_stronger_weaker_and_off(local_model: Model) -> None:
    def polish(lens: float | None) -> float:
        answers = local_model.similar("star", country="PL", lens=lens)
        own = answers["item_id"].str.starts_with("p")
        return answers.filter(own)["score"].sum() / answers["score"].sum()

    assert polish(0.0) < polish(0.1) < polish(None) < polish(1.0)
    assert polish(None) == polish(local_model.config.listening.lens)
    assert local_model.similar("star", country="PL", lens=0).equals(local_model.similar("star"))


def test_a_note_says_that_no_listener_of_the_query_has_a_known_place(
    countries: Dataset, local_model: Model, tmp_path: Path
) -> None:
    plays = [
        countries.scan("plays").collect(),
        pl.DataFrame({"listener_id": ["u43", "u44"], "item_id": "x1", "plays": 1.0}),  # of no country
    ]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.concat(plays, how="diagonal_relaxed").select("listener_id", "item_id", "plays"),
        "listeners": countries.scan("listeners").collect().select("listener_id", "country"),
        "items": pl.concat(
            [
                countries.items.select("item_id", "name", "kind"),
                pl.DataFrame({"item_id": ["x1"], "name": ["Sezen Aksu"], "kind": ["artist"]}),
            ],
            how="vertical_relaxed",
        ),
    }
    model = fit(Dataset.write(tmp_path / "dataset", tables, name="countries"), local_model.config)
    asked = model.index.match_all(["Sezen Aksu"])[0]
    note = (
        "no listener of Sezen Aksu has a known place: this list differs from that for the whole world only "
    )
    assert [one.startswith(note) for one in model.answer(asked, country="PL").notices] == [True]
    assert [
        one.startswith(note) for one in model.answer_radio(asked, 3, explore=0, country="PL").notices
    ] == [True]
    played = History.of(model.index, ["Sezen Aksu"])
    assert [one.startswith(note) for one in model.answer_history(played, country="PL").notices] == [True]
    assert model.answer(asked).notices == ()
    assert model.answer(asked, country="PL", lens=0).notices == ()
    for others in (["Kult"], ["Kult", "Sezen Aksu"]):
        assert model.answer(model.index.match_all(others)[0], country="PL").notices == ()


def test_neighbours_are_seen_from_the_same_place(local_model: Model) -> None:
    lists = local_model.neighbours(["star", "p1"], 3, country="PL", lens=0.5)
    one_by_one = pl.concat(local_model.similar(item, 3, country="PL", lens=0.5) for item in ("star", "p1"))
    for column in ("item_id", "score", "rank"):
        assert lists[column].to_list() == one_by_one[column].to_list()
    with pytest.warns(TigertailWarning, match="localised to South America"):
        chile = local_model.neighbours(top=3, country="Chile")
    assert chile.equals(local_model.neighbours(top=3, country="BR"))


def test_why_names_the_listeners_who_carry_an_answer(local_model: Model) -> None:
    plain = local_model.similar("star", country="PL", signal="listening")
    answers = local_model.similar("star", country="PL", signal="listening", why=True)
    assert answers.drop("why").equals(plain)
    first = answers.row(0, named=True)
    assert first["item_id"].startswith("p")
    assert first["why"][0]["name"] == "Poland"
    without = dict(
        local_model.similar("star", signal="listening", why=True).select("item_id", "why").iter_rows()
    )
    shares = [
        next(one["share"] for one in why if one["group"] == "PL")
        for why in (first["why"], without[first["item_id"]])
    ]
    assert shares[0] > shares[1], "through the lens Poland counts for more"


def test_lenses_that_cannot_be_are_refused(local_model: Model) -> None:
    def refused(match: str, **asked: Any) -> None:
        with pytest.raises(ConfigError, match=match) as raised:
            local_model.similar("star", **asked)
        assert raised.value.remedy
        with pytest.raises(ConfigError, match=match):
            local_model.neighbours(["star"], **{key: value for key, value in asked.items() if key != "why"})

    refused("unknown country or region 'Narnia'", country="Narnia")
    refused("the lens takes one of country, language and group", country="PL", language="pl")
    refused("unknown group 'cluster-3'", group="cluster-3")
    refused("lens is 1.5", country="PL", lens=1.5)
    refused("lens is -0.1", country="PL", lens=-0.1)
    refused("lens is nan", country="PL", lens=float("nan"))
    refused("lens needs a country, language or group", lens=0.5)
    for signal in ("factors", "co-listening"):
        refused(f"the signal '{signal}' has no groups of listeners", signal=signal, country="PL")
    with pytest.raises(ConfigError, match=r"'factors' has no groups of listeners\n  -> query 'listening'"):
        local_model.similar("star", signal="factors", group="PL")


def test_a_model_of_listeners_who_tell_nothing_sees_the_world(model: Model) -> None:
    with pytest.warns(TigertailWarning, match="for the whole world"):
        assert model.similar("n1", country="PL").equals(model.similar("n1"))
    [why] = model.similar("n1", 1, signal="listening", why=True)["why"].to_list()
    assert why == [{"group": "elsewhere", "name": "elsewhere", "share": pytest.approx(1)}]


def test_after_several_items_comes_what_goes_with_all(model: Model) -> None:
    alone = [dict(model.similar(item, 8).select("item_id", "score").iter_rows()) for item in ("n1", "n2")]
    together = model.similar(["Кино", "n2"], 8)
    assert not {"n1", "n2"} & set(together["item_id"])
    for item, score in together.select("item_id", "score").iter_rows():
        assert score == pytest.approx(sum(one.get(item, 0) for one in alone) / 2, rel=1e-5)
    assert together["item_id"][0] in ("n3", "n4")


def test_the_order_of_several_items_is_indifferent_and_one_twice_counts_once_more(model: Model) -> None:
    assert model.similar(["n1", "s1"]).equals(model.similar(["s1", "n1"]))
    north = model.similar(["n1", "n1", "s1"])
    assert north["item_id"][0].startswith("n")


def test_nothing_asked_about(model: Model) -> None:
    with pytest.raises(ConfigError, match="no item given"):
        model.similar([])


def test_an_answer_for_programs_returns_its_notices(local_model: Model) -> None:
    star = np.array([local_model.index.match("star").code], np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answers = local_model.answer(star, 3, country="CZ")
    assert answers.notices[0].startswith("too few listeners in Czechia")
    assert len(answers.items) == len(answers.affinities) == 3


def odd_ones(model: Model) -> set[str]:
    both = (*model.similar("n1", 20)["name"], *model.neighbours(["n2"], 20, names=True)["name"])
    return {name for name in both if "[" in name or "Various" in name or name == "Kent"}


def test_artists_that_stand_for_no_artist_are_in_no_answer(scenes: Dataset, model: Model) -> None:
    names = {"n3": "[unknown]", "n4": "Various Artists", "s1": "Kent"}
    items = model.items.with_columns(pl.col("item_id").replace(names).alias("name"))
    items = items.with_columns(
        pl.when(pl.col("item_id").is_in(list(names))).then("name").otherwise(pl.lit("Other")).alias("name")
    )
    odd = replace(model, items=items)
    assert odd_ones(odd) == {"Kent"}
    assert odd.index.match("n3").code == model.index.match("n3").code, "they are still items"
    assert odd_ones(odd.with_unlisted([])) == {"[unknown]", "Various Artists", "Kent"}
    assert odd_ones(odd.with_unlisted(["special-purpose", "kent"])) == set()
    assert odd_ones(odd.with_unlisted(["n4"])) == {"[unknown]", "Kent"}
    marked = replace(odd, items=items.with_columns(pl.Series("unlisted", items["name"] == "Kent")))
    assert odd_ones(marked) == {"[unknown]", "Various Artists"}, "as the recipe says"
    assert odd_ones(marked.with_unlisted(["special-purpose"])) == {"Kent"}, "as the settings say"


def test_an_artist_that_no_answer_lists_or_that_is_left_out_takes_their_tracks_along(model: Model) -> None:
    """Kent is the artist n3; the data calls them so on n4 and as Kentar on s1, as a catalogue joined them."""
    of_kent = pl.when(pl.col("item_id").is_in(["n4", "s1"])).then(pl.lit("n3"))
    spelled = pl.col("item_id").replace_strict({"n4": "Kent", "s1": "Kentar"}, default=None)
    songs = model.items.with_columns(
        pl.when(pl.col("item_id") == "n3").then(pl.lit("Kent")).otherwise("name").alias("name"),
        pl.when(of_kent.is_null()).then("kind").otherwise(pl.lit("track")).alias("kind"),
        artist_id=of_kent,
        artist_name=spelled,
    )
    owned = replace(model, items=songs)
    kent = {"n3", "n4", "s1"}

    def of_kents(one: Model, **options: Any) -> set[str]:
        return kent & set(one.similar("n1", 20, **options)["item_id"])

    assert of_kents(owned) == kent
    assert of_kents(owned.with_unlisted(["kent"])) == set()
    assert of_kents(owned, exclude=["n3"]) == set()
    assert of_kents(owned, exclude=["n4"]) == kent - {"n4"}
    marked = replace(owned, items=songs.with_columns(unlisted=pl.col("item_id") == "n3"))
    assert of_kents(marked) == set(), "as the recipe says of the artist"


@pytest.mark.parametrize(
    "options", [{}, {"why": True}, {"country": "PL"}, {"exact": True}, {"signal": "factors"}]
)
def test_answers_after_each_of_several_items_are_those_after_each_alone(
    local_model: Model, options: dict[str, Any]
) -> None:
    queries = np.arange(len(local_model.items), dtype=np.int32)
    together = local_model.answer_each(queries, 3, **options)
    for query, answers in zip(queries.tolist(), together, strict=True):
        alone = local_model.answer(np.array([query], np.int32), 3, **options)
        assert_frame_equal(answers.table(), alone.table(), check_exact=True)
        assert answers.notices == alone.notices

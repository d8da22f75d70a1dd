"""A listener who is in no model gets what their scene plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support import als_config

from tigertail.errors import ConfigError, TigertailWarning, UnknownItemError
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.model import Model, load, save
from tigertail.model.recommend import OFFSET, History, ListenerFoldIn, history_scores


def named(model: Model, history: object, **options: object) -> list[str]:
    return model.recommend(history, **options)["name"].to_list()  # type: ignore[arg-type]


def test_what_the_scene_of_a_listener_plays_comes_first(model: Model) -> None:
    assert set(model.recommend(["Кино", "The Cure"], n=2)["item_id"]) == {"n2", "n4"}
    assert set(model.recommend(["東京事変", "فيروز"], n=2)["item_id"]) == {"s3", "s4"}


def test_the_table_is_that_of_similar(model: Model) -> None:
    table = model.recommend(["Кино"], n=3)
    assert table.columns == model.similar("Кино", n=3).columns
    assert table["rank"].to_list() == [1, 2, 3]
    assert table["score"].is_sorted(descending=True)


@pytest.mark.parametrize(
    "history",
    [["Кино", "Кино", "فيروز"], [("Кино", 2), ("فيروز", 1)], {"n1": 2.0, "s2": 1.0}, [("n1", 2), "s2"]],
    ids=["plays", "pairs", "mapping", "mixed"],
)
def test_a_history_says_what_was_played_and_how_often(model: Model, history: object) -> None:
    once = History.of(model.index, [("n1", 2), ("s2", 1)])
    found = History.of(model.index, history)  # type: ignore[arg-type]
    assert found.items.tolist() == once.items.tolist()
    assert found.plays.tolist() == once.plays.tolist()


def test_what_is_played_more_counts_more(model: Model) -> None:
    north, south = {"n2", "n3"}, {"s1", "s3"}
    assert set(model.recommend({"n1": 50, "s2": 1}, n=2)["item_id"]) <= north | {"n4"}
    assert set(model.recommend({"n1": 1, "s2": 50}, n=2)["item_id"]) <= south | {"s4"}


def test_what_they_know_is_listed_only_if_asked(model: Model) -> None:
    played = ["Кино", "The Cure"]
    assert not set(played) & set(named(model, played))
    assert set(played) & set(named(model, played, include_known=True))


def test_unknown_items_are_named_and_left_out(model: Model) -> None:
    with pytest.warns(TigertailWarning, match="2 of 3 entries are no item of the model: Zorble, Finch"):
        found = named(model, ["Кино", "Zorble", "Finch"], n=3)
    assert found == named(model, ["Кино"], n=3)


def test_a_history_of_unknown_items_alone_suggests_names(model: Model) -> None:
    with pytest.raises(UnknownItemError, match="Sigur Rós"):
        model.recommend(["Sigur Ross"])


@pytest.mark.parametrize(
    ("history", "problem"),
    [
        ([], "the history is empty"),
        ("Кино", "a history is a list, not a text"),
        ({"Кино": 0}, "the count of 'Кино' is 0"),
        ([("Кино", -1)], "the count of 'Кино' is -1"),
        ([("Кино", float("nan"))], "the count of 'Кино' is nan"),
        ([("Кино", 1e300)], "the count of 'Кино' is 1e"),
        ([("Кино", 10**400)], "the count of 'Кино' is 1000"),
        ([("Кино", 1, 2)], "is no pair"),
    ],
    ids=["empty", "text", "zero", "negative", "nan", "huge", "beyond floats", "triple"],
)
def test_what_is_no_history_is_refused(model: Model, history: object, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        model.recommend(history)  # type: ignore[arg-type]


def test_every_option_of_a_query_holds(local_model: Model) -> None:
    mine = ["Queen", "Hey"]
    whole = local_model.recommend(mine)["item_id"].to_list()
    assert {"p1", "p3", "b1"} <= set(whole)
    assert "p1" not in set(local_model.recommend(mine, exclude=["Kult"])["item_id"])
    assert local_model.recommend(mine, kinds=["album"]).is_empty()
    assert set(local_model.recommend(mine, strata=["head"])["stratum"]) <= {"head"}
    brazil = local_model.recommend(["Queen"], country="BR", n=3)["item_id"].to_list()
    poland = local_model.recommend(["Queen"], country="PL", n=3)["item_id"].to_list()
    assert sum(one.startswith("b") for one in brazil) > sum(one.startswith("b") for one in poland)
    popular = local_model.recommend(["Hey"], beta=0.0)["listeners"].head(2).sum()
    assert popular >= local_model.recommend(["Hey"], beta=2.0)["listeners"].head(2).sum()
    with pytest.raises(TypeError, match="did you mean 'country'"):
        local_model.recommend(mine, contry="PL")


def test_a_signal_asked_alone_answers_alone(model: Model) -> None:
    seed = model.similar("Кино", n=3, signal="co-listening")["item_id"].to_list()
    assert model.recommend(["Кино"], n=3, signal="co-listening")["item_id"].to_list() == seed


def test_the_vector_is_that_of_a_listener_who_plays_the_same(model: Model) -> None:
    fold_in = model.fold_in
    assert isinstance(fold_in, ListenerFoldIn)
    north = History.of(model.index, ["n1", "n2", "n3"])
    fit = fold_in.scores(north, OFFSET)  # popularity as it is
    own = [model.index.match(item).code for item in ("n1", "n2", "n3", "n4")]
    other = [model.index.match(item).code for item in ("s1", "s2", "s3")]
    assert fit[own].min() > fit[other].max()
    assert fit[own[:3]] == pytest.approx(1, abs=0.5)  # they play these


STAR, OTHER_STAR, LOCAL, ITS_PEER = range(4)


def stars_and_locals(scale: float = 1) -> ListenerFoldIn:
    """Two stars with long vectors, and two local artists, of whom the factors know little: theirs are short."""
    return ListenerFoldIn(
        vectors=np.array([[1, 0], [1, 0], [0.1, 0], [0.1, 0]], np.float32) * np.float32(scale),
        adjusted_listeners=np.array([1000.0, 1000, 2, 2]),
        solver=als_config(factors=2),
        confidence=ConfidenceConfig(),
    )


def played(*items: int) -> History:
    return History(np.array(items, np.int32), np.ones(len(items), np.float32))


class Lists:
    """A signal of which every list has the local artists before a star."""

    def affinity(self, queries: np.ndarray) -> np.ndarray:
        return np.tile(np.array([0, 0.3, 0.5, 0.5], np.float32), (len(queries), 1))


def test_a_listener_of_whom_the_factors_know_little_gets_what_the_lists_have() -> None:
    fold_in = stars_and_locals()
    local = history_scores(Lists(), played(LOCAL), 4, fold_in)
    assert local[ITS_PEER] > local[OTHER_STAR]
    world = history_scores(Lists(), played(STAR), 4, fold_in)
    assert world[OTHER_STAR] > world[ITS_PEER]


def test_factors_know_of_a_history_what_the_lengths_of_its_vectors_say() -> None:
    fold_in = stars_and_locals()
    assert fold_in.knowledge_of(played(STAR)) == pytest.approx(0.5, abs=0.01)  # nearly all listen to stars
    assert fold_in.knowledge_of(played(LOCAL)) == pytest.approx(0.01, abs=0.001)
    assert fold_in.knowledge_of(played(STAR, LOCAL)) == pytest.approx(0.255, abs=0.01)
    often_local = History(np.array([STAR, LOCAL], np.int32), np.array([1, 1000], np.float32))
    assert fold_in.knowledge_of(often_local) < 0.1
    for history in (played(STAR), played(LOCAL)):
        assert stars_and_locals(scale=5).knowledge_of(history) == pytest.approx(fold_in.knowledge_of(history))


def test_factors_without_any_vector_know_nothing() -> None:
    assert stars_and_locals(scale=0).knowledge_of(played(STAR)) == 0


def test_a_model_that_was_saved_recommends_the_same(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    assert load(tmp_path / "model").recommend(["Кино"]).equals(model.recommend(["Кино"]))


def test_a_long_history_is_asked_for_the_lists_of_what_was_played_most(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History.of(model.index, {"n1": 9, "s1": 1})
    asked = []
    signal = model.signals["listening"]
    monkeypatch.setattr("tigertail.model.recommend.MAX_LISTS", 1)
    monkeypatch.setattr(
        type(signal),
        "affinity",
        lambda self, queries: (
            asked.extend(queries.tolist()) or np.zeros((len(queries), len(model.items)), np.float32)
        ),
    )
    model.answer_history(history, signal="listening")
    assert asked == [model.index.match("n1").code]

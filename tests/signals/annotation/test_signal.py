"""Who is near whom, and why, in worlds of a few artists."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import starmap
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation
from tigertail.signals.annotation.explain import label_name, shared_labels
from tigertail.signals.evidence import NO_EVIDENCE
from tigertail.threads import limited

MakeWorld = Callable[..., Any]
PLAIN = {
    "beta": 1.0,
    "norm_floor": 0.0,
    "opinion_exponent": 1.0,
    "co_annotation_weight": 0.0,
    "estimate_reliability": False,
}


def test_who_shares_labels_is_near(world: MakeWorld) -> None:
    made = world({"a": "coldwave, dark", "b": "coldwave, dark", "c": "coldwave, happy", "d": "polka, happy"})
    signal = made.fit()
    near, half, far = (made.affinity(signal, "a", other) for other in "bcd")
    assert near > half > far


def test_a_rare_label_says_more_than_a_common_one(world: MakeWorld) -> None:
    made = world({"a": "rock, coldwave", "b": "coldwave, x", "c": "rock, y", "d": "rock", "e": "rock"})
    signal = made.fit(co_annotation_weight=0)
    assert made.affinity(signal, "a", "b") > made.affinity(signal, "a", "c")


def test_an_item_is_told_by_its_rarest_labels_if_two_people_or_an_expert_gave_them(world: MakeWorld) -> None:
    alone = ("a", "tag", "my ex", 1.0, "crowd", "eve")
    made = world(
        {"a": "rock, coldwave", "b": "rock", "c": "rock, polka"}, {"a": {"home": "PL"}}, rows=[alone]
    )
    signal = made.fit(**PLAIN)
    told = signal.labels_of(made.code("a"), n=10, people=2)
    assert sorted(told) == [("home", "PL"), ("tag", "coldwave"), ("tag", "rock")]
    assert told.index(("tag", "coldwave")) < told.index(("tag", "rock"))
    assert ("tag", "my ex") in signal.labels_of(made.code("a"), n=10, people=1)
    assert signal.labels_of(made.code("a"), n=1, people=2) == told[:1]


def test_one_place_tells_a_mixture_less_of_a_query_than_one_mood(world: MakeWorld) -> None:
    facts = {
        "a": {"home": "FI"},
        "b": {"mood": "sad"},
        "c": {"home": "FI", "mood": "sad"},
        "d": {"home": "SE"},
    }
    made = world({}, facts, items=["z"])
    signal = made.fit(facets={}, place_share=0.04)
    place, mood, both, other_place, unknown = (signal.confidence[made.code(item)] for item in "abcdz")
    common, rare = np.log(5 / 2), np.log(5 / 1)  # of four items, two are from Finland, and two are sad
    mean = (common / 5 + common + np.sqrt(1.04) * common + rare / 5) / 4
    assert place == pytest.approx(common / 5 / mean)
    assert other_place == pytest.approx(rare / 5 / mean)
    assert place < other_place < mood == both == unknown == 1
    kept = Annotation.from_arrays(*signal.to_arrays())
    assert kept.confidence.tobytes() == signal.confidence.tobytes()


def test_a_signal_of_before_there_was_a_confidence_counts_in_full(world: MakeWorld) -> None:
    arrays, settings = world({"a": "rock", "b": "rock"}).fit().to_arrays()
    del settings["place_share"], settings["typical_amount"]
    assert Annotation.from_arrays(arrays, settings).confidence.tolist() == [1, 1]


def test_plain_settings_are_the_tf_idf_cosine(world: MakeWorld) -> None:
    made = world({"a": "rock, pop", "b": "rock, polka", "c": "rock"})
    rock, rare = np.log(4 / 3), np.log(4 / 1)
    expected = rock**2 / (rock**2 + rare**2)
    assert made.affinity(made.fit(**PLAIN), "a", "b") == pytest.approx(expected, rel=1e-5)


def test_spelling_parts_nobody(world: MakeWorld) -> None:
    made = world({"a": "hip hop, x", "b": "Hip-Hop, x", "c": "HIPHOP, x", "d": "polka"})
    signal = made.fit(**PLAIN)
    assert made.affinity(signal, "a", "b") == pytest.approx(1) == made.affinity(signal, "b", "c")


def test_an_item_of_which_nothing_is_said_is_unknown(world: MakeWorld) -> None:
    made = world({"a": "rock", "b": "rock, pop"}, items=["z"])
    signal = made.fit()
    assert not signal.known[made.code("z")]
    assert made.affinity(signal, "a", "z") == -np.inf == made.affinity(signal, "z", "a")


def test_the_same_people_make_near_even_where_they_use_other_words(world: MakeWorld) -> None:
    said = {"a": "one", "b": "two", "c": "three"}
    rows = [
        (item, "tag", said[item], 1.0, "crowd", who)
        for item, people in (("a", "pia quin"), ("b", "pia quin"), ("c", "rob sue"), ("d", "rob sue"))
        for who in people.split()
        if item in said
    ]
    made = world({"d": "four"}, people="rob sue", items=["a", "b", "c"], rows=rows)
    with_company, without = made.fit(), made.fit(co_annotation_weight=0)
    assert made.affinity(with_company, "a", "b") > 0 == made.affinity(with_company, "a", "c")
    assert made.affinity(without, "a", "b") == 0


def test_a_facet_can_count_more_or_not_at_all(world: MakeWorld) -> None:
    made = world(
        {},
        {
            "a": {"mood": "sad", "genre": "jazz"},
            "b": {"mood": "sad", "genre": "rock"},
            "c": {"mood": "gay", "genre": "jazz"},
        },
    )
    moods, genres = made.fit(facets={"mood": 3.0}), made.fit(facets={"mood": 0.0})
    assert made.affinity(moods, "a", "b") > made.affinity(moods, "a", "c")
    assert made.affinity(genres, "a", "b") == 0 < made.affinity(genres, "a", "c")


def test_an_expert_beats_the_crowd_where_both_speak(world: MakeWorld) -> None:
    # The crowd calls a polka, the expert calls it jazz.
    made = world(
        {"a": "polka", "p": "polka", "j": "jazz"},
        {"a": {"genre": "jazz"}, "p": {"genre": "polka"}, "j": {"genre": "jazz"}},
    )
    signal = made.fit(co_annotation_weight=0)
    assert made.affinity(signal, "a", "j") > 1.05 * made.affinity(signal, "a", "p")
    level = made.fit(expert_weight=2.0, contested_weight=1.0, estimate_reliability=False)
    assert made.affinity(level, "a", "j") == pytest.approx(made.affinity(level, "a", "p"), rel=1e-4)


def test_spam_makes_no_neighbours(world: MakeWorld) -> None:
    # Two genres; a spammer says "fado" of every artist, the half of them that are techno included.
    said = {f"g{n:02}": ("techno" if n % 2 else "fado") for n in range(30)}
    spam = [(item, "tag", "fado", 1.0, "crowd", "spam") for item in said]
    made = world(said, people="ann bob cy", rows=spam)
    wrong, naive = (
        made.affinity(signal, "g00", "g01") / made.affinity(signal, "g00", "g02")
        for signal in (
            made.fit(co_annotation_weight=0, opinion_exponent=1),
            made.fit(co_annotation_weight=0, opinion_exponent=1, estimate_reliability=False),
        )
    )
    assert wrong < 0.8 * naive


def test_shared_labels_say_who_says_so(world: MakeWorld) -> None:
    made = world(
        {"a": "post-punk, coldwave, dark", "b": "Post Punk, coldwave", "c": "polka", "d": "polka"},
        {"b": {"genre": "post-punk"}},
        people="ann bob cy",
    )
    signal = made.fit()
    why = signal.shared_labels(made.code("a"), made.code("b"))
    assert set(why["label"]) == {"post-punk", "coldwave", "annotated by the same people"}
    row = why.filter(pl.col("label") == "post-punk").row(0, named=True)
    assert (row["facet"], row["source_a"], row["source_b"]) == ("genre", "crowd", "expert and crowd")
    assert (row["people_a"], row["people_b"]) == (3, 3)
    assert why["contribution"].sum() == pytest.approx(made.affinity(signal, "a", "b"), rel=1e-5)
    assert why["contribution"].is_sorted(descending=True)
    assert len(signal.shared_labels(made.code("a"), made.code("b"), n=1)) == 1
    assert signal.shared_labels(made.code("c"), made.code("b"), n=9)["facet"].to_list() == ["annotator"]


def test_unrelated_items_share_nothing(world: MakeWorld) -> None:
    made = world({"a": "rock"}, {"b": {"genre": "polka"}})
    assert made.fit().shared_labels(made.code("a"), made.code("b")).is_empty()


def told(signal: Annotation, query: int, items: list[int]) -> list[str]:
    return [evidence.words for evidence in signal.explain(query, np.array(items, np.int32))]


def test_it_tells_in_words_what_is_shared(world: MakeWorld) -> None:
    made = world(
        {"a": "dark", "b": "dark", "d": "coldwave"},
        {
            "a": {"genre": "post-punk", "hometown": "Berlin"},
            "b": {"genre": "post-punk", "hometown": "Berlin"},
            "c": {"label": "4AD", "genre": "polka"},
            "d": {"label": "4AD"},
        },
    )
    signal = made.fit(co_annotation_weight=0)
    a, b, c, d = (made.code(item) for item in "abcd")
    assert told(signal, a, [b, c, a]) == ["both dark, post-punk, from Berlin", "", ""]
    assert told(signal, c, [d]) == ["both on 4AD"]


def test_it_tells_of_the_same_people_where_they_are_all_there_is(world: MakeWorld) -> None:
    made = world({"a": "polka", "b": "coldwave", "c": "rock"}, items=["d"])
    signal = made.fit()
    assert told(signal, made.code("a"), [made.code("b")]) == ["tagged by the same people"]


def test_equal_inputs_give_equal_bytes_for_any_number_of_threads(world: MakeWorld) -> None:
    made = world({f"i{n}": f"label {n % 7}, label {n % 5}" for n in range(40)}, people="ann bob cy")
    kept = []
    for threads in (1, None):
        with limited(threads):
            signal = fit_annotation(made.dataset, made.interactions, AnnotationConfig())
            arrays, settings = signal.to_arrays()
            scores = signal.affinity(np.arange(40, dtype=np.int32)).tobytes()
        kept.append(({name: array.tobytes() for name, array in arrays.items()}, settings, scores))
    assert kept[0] == kept[1]


def test_a_signal_answers_from_files_mapped_into_memory(world: MakeWorld, tmp_path: Path) -> None:
    made = world({"a": "rock, Кино-рок", "b": "rock", "c": "pop"}, {"c": {"genre": "pop"}})
    signal = made.fit()
    arrays, settings = signal.to_arrays()
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in arrays}
    again = Annotation.from_arrays(mapped, json.loads(json.dumps(settings)))
    every = np.arange(3, dtype=np.int32)
    assert again.affinity(every).tobytes() == signal.affinity(every).tobytes()
    assert again.shared_labels(0, 1).equals(signal.shared_labels(0, 1))
    assert list(again.labels) == list(signal.labels)


def test_a_signal_on_nothing_knows_nothing(world: MakeWorld) -> None:
    made = world({"a": "rock"}, people="ann")
    view = made.dataset.without(pl.Series(["ann"]))
    signal = fit_annotation(view, made.interactions)
    assert not signal.known.any()
    assert (signal.affinity(np.array([0], np.int32)) == -np.inf).all()


def test_the_words_are_those_of_the_first_shared_labels(world: MakeWorld) -> None:
    made = world({"a": "rock, coldwave, dark", "b": "coldwave, dark, x", "c": "rock, y, dark", "d": "rock"})
    signal = made.fit()
    everyone = np.arange(len(signal.known), dtype=np.int32)
    for query in everyone.tolist():
        for item, evidence in zip(everyone.tolist(), signal.explain(query, everyone), strict=True):
            named = (
                pl.when(pl.col("facet") == "tag").then("label").otherwise(pl.lit(""))
            )  # people have no label
            shared = signal.shared_labels(query, item, 12).select("facet", named).iter_rows()
            assert evidence == (shared_labels(starmap(label_name, shared)) if item != query else NO_EVIDENCE)

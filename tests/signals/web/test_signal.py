from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.ranking.topk import top_k
from tigertail.signals.web import MentionCounts, Web, WebConfig, fit_web

Scenes = tuple[Dataset, Interactions]
Make = Callable[..., Scenes]
PARTS = {"beside": (1, 0, 0), "page": (0, 1, 0), "text": (0, 0, 1), "all": (1, 0.3, 3)}


def config(part: str) -> WebConfig:
    beside, page, text = PARTS[part]
    return WebConfig(
        co_mention_weight=beside,
        page_mention_weight=page,
        text_similarity_weight=text,
        max_document_frequency=0.6,
    )


def code(interactions: Interactions, item: str) -> int:
    return interactions.items.ids.to_list().index(item)


def answers(web: Web, interactions: Interactions, item: str) -> set[str]:
    found, _ = top_k(web.affinity(np.array([code(interactions, item)], np.int32)), 5)
    return {interactions.items.ids[one] for one in found[0].tolist() if one >= 0}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_keeps_to_the_scene(part: str, scenes: Scenes) -> None:
    dataset, interactions = scenes
    web = fit_web(dataset, interactions, config(part))
    assert answers(web, interactions, "n1") <= {"n2", "n3"}
    assert "n2" in answers(web, interactions, "n1")
    assert "s1" in answers(web, interactions, "s2")


def test_who_is_never_written_about_is_unknown(scenes: Scenes) -> None:
    dataset, interactions = scenes
    web = fit_web(dataset, interactions, WebConfig())
    nobody = code(interactions, "x")
    assert np.flatnonzero(~web.known).tolist() == [nobody]
    assert answers(web, interactions, "x") == set()


def test_the_evidence_is_what_is_written(scenes: Scenes) -> None:
    dataset, interactions = scenes
    web = fit_web(dataset, interactions, WebConfig())
    n1, n2, n3, s1 = (code(interactions, item) for item in ("n1", "n2", "n3", "s1"))
    assert web.mention_counts(n1, n2) == MentionCounts(2, 2, 0)
    assert web.mention_counts(n2, n1) == MentionCounts(2, 0, 2)
    assert web.mention_counts(n1, n3) == MentionCounts(2, 0, 0)
    assert web.mention_counts(n1, s1) == MentionCounts(0, 0, 0)


def test_it_tells_where_they_are_written_about(scenes: Scenes) -> None:
    dataset, interactions = scenes
    web = fit_web(dataset, interactions, WebConfig())
    n1, n2, n3, s1 = (code(interactions, item) for item in ("n1", "n2", "n3", "s1"))
    told = web.explain(n1, np.array([n2, n3, s1], np.int32))
    assert [evidence.words for evidence in told] == [
        *("mentioned together on 2 pages, named on the other's page", "mentioned together on 2 pages", "")
    ]


def test_it_tells_of_pages_that_read_alike_where_that_is_all(make: Make) -> None:
    pages = [("a", "fjord music", "n1"), ("b", "fjord music", "n2"), ("c", "sand sea", "s1")]
    dataset, interactions = make(pages, [("n3", "a", 1, [0])])
    web = fit_web(dataset, interactions, WebConfig(max_document_frequency=0.8))
    n1, n2, n3, s1 = (code(interactions, item) for item in ("n1", "n2", "n3", "s1"))
    told = web.explain(n1, np.array([n2, n3, s1], np.int32))
    assert [evidence.words for evidence in told] == [
        "similar text on their pages",
        "named on the other's page",
        "",
    ]


def test_only_what_stands_within_the_window_is_beside(make: Make) -> None:
    mentions = [("n1", "d", 1, [0]), ("n2", "d", 1, [10]), ("n3", "d", 2, [11, 500]), ("s1", "e", 1, [3])]
    dataset, interactions = make([("d", "-", None), ("e", "-", None)], mentions)
    web = fit_web(dataset, interactions, WebConfig(window=10))
    n1, n2, n3 = (code(interactions, item) for item in ("n1", "n2", "n3"))
    assert [web.mention_counts(*pair).documents for pair in ((n1, n2), (n2, n3), (n1, n3))] == [1, 1, 0]


def test_mentions_without_places_stand_beside_all_of_their_document(make: Make) -> None:
    dataset, interactions = make([("d", "-", None)], [("n1", "d", 1, None), ("n2", "d", 1, None)])
    web = fit_web(dataset, interactions, WebConfig(window=1))
    assert web.mention_counts(code(interactions, "n1"), code(interactions, "n2")).documents == 1


def test_beside_is_shrunk_normalised_information(make: Make) -> None:
    # Of ten documents two have n1, two n2 and one both; n3 fills the others.
    mentions = [("n1", "d0", 1, [1]), ("n2", "d0", 1, [2]), ("n1", "d1", 1, [1]), ("n2", "d2", 1, [1])]
    mentions += [("n3", f"d{n}", 1, [900]) for n in range(3, 10)]
    dataset, interactions = make([(f"d{n}", "-", None) for n in range(10)], mentions)
    web = fit_web(
        dataset, interactions, WebConfig(page_mention_weight=0, text_similarity_weight=0, beta=0, shrinkage=3)
    )
    n1, n2 = code(interactions, "n1"), code(interactions, "n2")
    expected = np.log(10 * 1 / (2 * 2)) / -np.log(1 / 10) * 1 / (1 + 3)
    assert web.affinity(np.array([n1], np.int32))[0, n2] == pytest.approx(expected, rel=1e-6)


def test_what_a_page_says_counts_both_ways(make: Make) -> None:
    dataset, interactions = make([("p", "-", "n1"), ("q", "-", "s1")], [("n2", "p", 3, [1, 2, 3])])
    web = fit_web(
        dataset,
        interactions,
        WebConfig(co_mention_weight=0, text_similarity_weight=0, page_mention_weight=1, beta=0),
    )
    n1, n2 = code(interactions, "n1"), code(interactions, "n2")
    expected = 3 / 4 * np.log1p(1 / 1) / np.log1p(1) / 2
    assert web.affinity(np.array([n1], np.int32))[0, n2] == pytest.approx(expected, rel=1e-6)
    assert web.affinity(np.array([n2], np.int32))[0, n1] == pytest.approx(expected, rel=1e-6)


def test_pages_of_the_same_words_are_alike_and_rare_words_count_more(make: Make) -> None:
    pages = [
        ("a", "fjord music", "n1"),
        ("b", "fjord music", "n2"),
        ("c", "sand music", "s1"),
        ("d", "sand sea", "s2"),
    ]
    dataset, interactions = make(pages, [("n3", "a", 1, [0])])
    web = fit_web(
        dataset,
        interactions,
        WebConfig(
            co_mention_weight=0,
            page_mention_weight=0,
            text_similarity_weight=1,
            beta=0,
            max_document_frequency=0.8,
        ),
    )
    n1 = web.affinity(np.array([code(interactions, "n1")], np.int32))[0]
    assert n1[code(interactions, "n2")] == pytest.approx(1)
    assert 0 < n1[code(interactions, "s1")] < 0.5
    assert n1[code(interactions, "s2")] == -np.inf


def test_the_exponent_leans_to_the_popular(scenes: Scenes) -> None:
    dataset, _ = scenes
    more = pl.DataFrame({"listener_id": ["v", "w"], "item_id": ["n3", "n3"], "plays": [1.0, 1.0]})
    famous = Interactions.build(
        pl.concat([dataset.plays.select(more.columns), more.cast({"plays": pl.Float32})])
    )
    n1, n3 = code(famous, "n1"), code(famous, "n3")
    plain, leaning = (
        fit_web(
            dataset, famous, WebConfig(page_mention_weight=0, text_similarity_weight=0, beta=beta)
        ).affinity(np.array([n1], np.int32))[0, n3]
        for beta in (0.0, -1.0)
    )
    assert leaning == pytest.approx(4 * plain)


def test_equal_input_gives_equal_bytes(scenes: Scenes) -> None:
    first, second = (fit_web(*scenes, WebConfig()).to_arrays()[0] for _ in range(2))
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()
    }


def test_a_dataset_without_mentions_says_what_to_do(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": ["u"], "item_id": ["n1"], "plays": [1.0]})
    dataset = Dataset.write(tmp_path / "silent", {"plays": plays}, name="silent")
    with pytest.raises(DataError, match="no mentions"):
        fit_web(dataset, Interactions.of(dataset), WebConfig())


def test_no_part_at_all_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="all weights are 0"):
        WebConfig(co_mention_weight=0, page_mention_weight=0, text_similarity_weight=0)

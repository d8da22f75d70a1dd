"""The rules in their order, on one page: item "air" has name 0, "kent" name 1."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.text.mentions.resolve import resolve
from tigertail.text.mentions.weights import THRESHOLD

HIGH, LOW = THRESHOLD + 1, THRESHOLD - 1
AIR, KENT = 0, 1
ITEM_OF = pl.Series(["air", "kent"])
LINK = {"document": 0, "word": 0, "begin": 0, "end": 4, "surface": -1, "item_id": None, "unsure": False}
LINK_TYPES = {
    **dict.fromkeys(("document", "word", "begin", "end", "surface"), pl.Int32),
    "item_id": pl.String,
    "unsure": pl.Boolean,
}
NAME_TYPES = {
    **dict.fromkeys(("document", "name", "first", "begin", "end"), pl.Int32),
    "lowercase": pl.Boolean,
    "score": pl.Float64,
}


def name(code: int, at: int, score: float, *, lowercase: bool = False) -> dict[str, object]:
    """A candidate of four letters at a word, ten letters from one to the next."""
    place = {"document": 0, "name": code, "first": at, "begin": 10 * at, "end": 10 * at + 4}
    return place | {"lowercase": lowercase, "score": score}


def link(at: int, item: str | None, *, surface: int = -1, unsure: bool = False) -> dict[str, object]:
    place = {"word": at, "begin": 10 * at, "end": 10 * at + 4}
    return LINK | place | {"item_id": item, "surface": surface, "unsure": unsure}


def mentioned(
    names: list[dict[str, object]], links: list[dict[str, object]], owner: str | None = None
) -> dict[str, list[int]]:
    ids = pl.DataFrame(
        {"document": [0], "document_id": ["page"], "item_id": [owner]},
        {"document": pl.Int32, "document_id": pl.String, "item_id": pl.String},
    )
    found = resolve(pl.DataFrame(names, NAME_TYPES), pl.DataFrame(links, LINK_TYPES), ids, ITEM_OF)
    assert set(found["document_id"]) <= {"page"}
    return dict(found.select("item_id", "positions").iter_rows())


def test_a_sure_link_is_a_mention_of_its_target_and_of_nothing_else() -> None:
    assert mentioned([name(KENT, 1, HIGH)], [link(1, "air")]) == {"air": [1]}
    assert mentioned([name(KENT, 1, HIGH)], [link(1, None)]) == {}


@pytest.mark.parametrize(
    ("code", "score", "found"), [(AIR, HIGH, {"air": [1]}), (AIR, LOW, {}), (KENT, HIGH, {})]
)
def test_in_an_unsure_link_the_score_decides_on_its_target(
    code: int, score: float, found: dict[str, list[int]]
) -> None:
    assert mentioned([name(code, 1, score)], [link(1, "air", unsure=True)]) == found


def test_what_all_links_with_the_same_words_mean_is_meant_elsewhere() -> None:
    names = [name(AIR, 5, LOW), name(AIR, 6, HIGH, lowercase=True)]
    assert mentioned(names, [link(1, "air", surface=AIR)]) == {"air": [1, 5]}
    assert mentioned([name(AIR, 5, HIGH)], [link(1, None, surface=AIR)]) == {}
    assert mentioned([name(AIR, 5, HIGH)], [link(1, None, surface=AIR)], "air") == {"air": [5]}


def test_links_that_disagree_or_are_unsure_leave_it_to_the_score() -> None:
    names = [name(AIR, 5, LOW), name(AIR, 6, HIGH)]
    disagree = [link(1, "air", surface=AIR), link(2, None, surface=AIR)]
    assert mentioned(names, disagree) == {"air": [1, 6]}
    assert mentioned(names, [link(1, "air", surface=AIR, unsure=True)]) == {"air": [6]}


def test_the_item_whose_page_it_is_needs_no_score() -> None:
    names = [name(AIR, 5, LOW), name(AIR, 6, LOW, lowercase=True), name(KENT, 7, LOW)]
    assert mentioned(names, [], "air") == {"air": [5]}
    assert mentioned(names, []) == {}

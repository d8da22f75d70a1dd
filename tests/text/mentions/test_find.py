"""Documents in, mentions out: the catalogue has artists called Love, Yes, Air and Kent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.ingest.formats.documents import _batch
from tigertail.text.documents import to_plain
from tigertail.text.documents.accumulator import PAGE_COLUMNS
from tigertail.text.mentions import find_mentions

Find = Callable[..., dict[tuple[str, str], tuple[int, int]]]


def page(title: str, body: str, markup: str = "wikitext", sure: bool = True) -> dict[str, object]:
    plain = to_plain(body, markup)
    values = (title, plain.text, markup, title, title, None, title, sure, title, 1, plain.links, plain.works)
    return dict(zip(PAGE_COLUMNS, values, strict=True))


@pytest.fixture
def mentions(items: pl.DataFrame, tmp_path: Path) -> Find:
    """Find mentions: (name, document) to how often, and how often as a link."""

    def found(*pages: dict[str, object], parts: int = 1) -> dict[tuple[str, str], tuple[int, int]]:
        paths = []
        for part in range(parts):
            paths.append(tmp_path / f"{parts}-{part}.parquet")
            _batch(list(pages)[part::parts]).rows.write_parquet(paths[-1])
        told = (
            find_mentions(paths, items, tmp_path / f"work-{parts}")
            .mentions.collect()
            .join(items, on="item_id")
        )
        return {
            (name, document): (int(count), int(links))
            for name, document, count, links in told.select(
                "name", "document_id", "count", "links"
            ).iter_rows()
        }

    return found


def test_links_say_who_is_meant(mentions: Find) -> None:
    text = (
        "[[Kent (band)|Kent]] toured [[Kent|the county]], and [[Love (emotion)|Love]], [[Air (band)|a duo]]."
    )
    assert mentions(page("Tour", text)) == {("Kent", "Tour"): (1, 1), ("Air", "Tour"): (1, 1)}


def test_what_a_link_means_it_means_on_the_whole_page(mentions: Find) -> None:
    text = "[[Yes (band)|Yes]] split. Then Yes came back, and yes, Yes stayed."
    text += " [[Air (gas)|Air]] is free. Air is everywhere."
    assert mentions(page("Prog", text)) == {("Yes", "Prog"): (3, 1)}


def test_common_words_are_nobody(mentions: Find) -> None:
    text = (
        "They love the air, and air loves love. Oh yes, he said, yes. " * 30
        + "Yes indeed. Love will tear us apart."
    )
    assert mentions(page("Feelings", text, "plain")) == {}


def test_names_that_can_be_nothing_else_are_found_without_links(mentions: Find) -> None:
    text = "They toured with Sigur Rós, Simon & Garfunkel and Guns N' Roses.\nShe likes Bob Dylan."
    assert {name for name, _ in mentions(page("Tour", text, "plain"))} == {
        "Sigur Rós",
        "Simon & Garfunkel",
        "Guns N' Roses",
        "Bob Dylan",
    }


def test_a_page_names_its_own_subject(mentions: Find) -> None:
    assert mentions(page("Love (band)", "Love was led by Arthur Lee.", "plain"))["Love", "Love (band)"] == (
        1,
        0,
    )


def test_a_link_to_an_artists_own_page_is_a_link_to_the_artist(mentions: Find) -> None:
    own = page("kent.html", "<p>Kent sings</p>", "html") | {"name": "Kent"}
    other = page("other", '<p>See <a href="kent.html">them</a></p>', "html")
    assert mentions(own, other)["Kent", "other"] == (1, 1)


def test_brackets_may_belong_to_the_name_of_a_link_target(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["was", "love"], "name": ["Was (Not Was)", "Love Emotion"]})
    text = (
        "They toured with [[Was (Not Was)]], a band, in [[Love (emotion)|Love]]. Was (Not Was) played again."
    )
    _batch([page("Tour", text)]).rows.write_parquet(tmp_path / "p")
    found = find_mentions([tmp_path / "p"], items, tmp_path / "w").mentions.collect()
    assert found.select("item_id", "count", "links").rows() == [("was", 2, 1)]


def test_a_title_in_other_letters_is_another_page(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["air"], "name": ["AIR"]})
    pages = [
        page("AIR", "AIR is a French band.", sure=False),
        page("Air", "Air is what surrounds the earth.", sure=False),
        page("Fire", "Fire needs [[Air|air]] and [[air|much of it]].", sure=False),
        page("Paris", "The band [[AIR]], also written as [[aIR]].", sure=False),
    ]
    _batch(pages).rows.write_parquet(tmp_path / "p")
    found = find_mentions([tmp_path / "p"], items, tmp_path / "w").mentions.collect()
    links = found.filter(pl.col("links") > 0)
    assert links.select("document_id", "links").rows() == [("Paris", 2)]


def test_the_parts_documents_come_in_change_nothing(mentions: Find) -> None:
    pages = [
        page(f"p{n}", f"Number {n}: [[Kent (band)|Kent]] and Bob Dylan, {'Love ' * n}") for n in range(9)
    ]
    assert mentions(*pages) == mentions(*pages, parts=3)


def test_positions_are_words(items: pl.DataFrame, tmp_path: Path) -> None:
    _batch([page("p", "one two [[Kent (band)|Kent]] four Bob Dylan seven")]).rows.write_parquet(
        tmp_path / "p"
    )
    found = find_mentions([tmp_path / "p"], items, tmp_path / "w").mentions.collect()
    assert sorted(found["positions"].to_list()) == [[2], [4]]

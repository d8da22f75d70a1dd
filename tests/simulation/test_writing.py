"""What is written about artists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.simulation.config import WorldConfig
from tigertail.simulation.world import World, make_world, popularity_quantile
from tigertail.simulation.writing import write_pages
from tigertail.text.documents.accumulator import ADDRESS, PAGE_COLUMNS, SURE, WORKS
from tigertail.text.mentions import find_mentions


@pytest.fixture(scope="module")
def world() -> World:
    config = WorldConfig(listeners=100, artists=600, countries=6, artists_per_listener=20)
    return make_world(config, np.random.default_rng(0))


Pages = tuple[pl.DataFrame, pl.DataFrame]


@pytest.fixture(scope="module")
def pages(world: World) -> Pages:
    return write_pages(world, [f"Name{code} Of" for code in range(600)], np.random.default_rng(1))


def test_as_many_have_a_page_as_asked_the_popular_nearly_all(world: World, pages: Pages) -> None:
    owners = pages[0]["item"].to_numpy()
    assert len(owners) == len(set(owners)) == round(0.6 * 600)
    has = np.isin(np.argsort(popularity_quantile(world.log_popularity)), owners)
    assert has[-100:].mean() > 0.8
    assert 0.05 < has[:100].mean() < 0.4


def test_a_page_begins_with_its_owner(pages: Pages) -> None:
    for row in pages[0].iter_rows(named=True):
        assert row[c.TITLE] == f"Name{row['item']} Of"
        assert row[c.TEXT].startswith(f"{row[c.TITLE]} is a band from ")
        assert "{" not in row[c.TEXT]


def test_every_mention_stands_where_it_says(pages: Pages) -> None:
    documents, mentions = pages
    words = [text.split(" ") for text in documents[c.TEXT]]
    for row in mentions.iter_rows(named=True):
        assert row[c.COUNT] == len(row[c.POSITIONS]) > 0
        for place in row[c.POSITIONS]:
            assert words[row[c.DOCUMENT_ID]][place] == f"Name{row['item']}"


def test_a_song_called_like_an_artist_is_no_mention(pages: Pages) -> None:
    documents, mentions = pages
    named = documents[c.TEXT].str.count_matches(r"Name\d+ Of").sum()
    songs = documents[c.TEXT].str.count_matches("“Name").sum()
    assert songs > 100
    assert mentions[c.COUNT].sum() == named - songs


def test_a_wiki_links_others_once(pages: Pages) -> None:
    documents, mentions = pages
    rows = mentions.join(
        documents.with_row_index(c.DOCUMENT_ID).cast({c.DOCUMENT_ID: pl.Int64}), c.DOCUMENT_ID
    )
    own = pl.col("item") == pl.col("item_right")
    expected = rows.select(((pl.col(c.MARKUP) == "wikitext") & ~own).cast(pl.Float32)).to_series()
    assert rows[c.LINKS].to_list() == expected.to_list()
    assert 0 < expected.sum() < len(rows)


def test_mentions_are_in_order_a_row_each(pages: Pages) -> None:
    keys = pages[1].select(c.DOCUMENT_ID, "item")
    assert keys.equals(keys.unique().sort(c.DOCUMENT_ID, "item"))


def test_the_name_finder_reads_the_pages_as_they_are_meant(small_world: Dataset, tmp_path: Path) -> None:
    documents = small_world.scan(c.DOCUMENTS_TABLE).head(120).collect()
    plain = documents.select(
        c.DOCUMENT_ID,
        c.TEXT,
        pl.lit("plain").alias(c.MARKUP),
        c.TITLE,
        pl.col(c.TITLE).alias(c.NAME),
        pl.lit(None, pl.String).alias(c.MBID),
        pl.col(c.TITLE).alias(ADDRESS),
        pl.lit(True).alias(SURE),
        *(pl.lit([], PAGE_COLUMNS[name]).alias(name) for name in (c.LINKS, WORKS)),
    )
    plain.write_parquet(tmp_path / "pages.parquet")
    found = find_mentions([tmp_path / "pages.parquet"], small_world.items, tmp_path / "work")
    assert found.documents.collect()[c.ITEM_ID].to_list() == documents[c.ITEM_ID].to_list()
    key = [c.DOCUMENT_ID, c.ITEM_ID, c.POSITIONS]
    read = found.mentions.select(key).collect().explode(c.POSITIONS)
    meant = small_world.scan(c.MENTIONS_TABLE).select(key).collect().explode(c.POSITIONS)
    meant = meant.join(documents.select(c.DOCUMENT_ID), on=c.DOCUMENT_ID)
    right = len(read.join(meant, on=key))
    assert right > 0.9 * len(meant)
    assert right > 0.8 * len(read)

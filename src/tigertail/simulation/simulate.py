"""Write a simulated world as a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset, check_place
from tigertail.simulation.config import WorldConfig
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.facts import state_facts
from tigertail.simulation.listening import listen
from tigertail.simulation.names import invent_names
from tigertail.simulation.radio import air_shows
from tigertail.simulation.services import Services, open_services
from tigertail.simulation.sound import describe_sound
from tigertail.simulation.tagging import tag
from tigertail.simulation.truth import FILE, affinity_lists
from tigertail.simulation.world import World, make_cold, make_world
from tigertail.simulation.writing import write_pages

_DEFAULT: Final = WorldConfig()
_PARTS: Final = (
    "world", "plays", "profiles", "names", "tags", "cold", "sound", "pages", "shows", "facts", "services",
)  # fmt: skip
"""What has a random generator of its own; a new part comes last, so that the others draw what they drew before."""
_Chance = dict[str, np.random.Generator]


def simulate(path: Path | str, config: WorldConfig = _DEFAULT, *, replace: bool = False) -> Dataset:
    """Simulate a world and write what its listeners played as a dataset.

    Parameters
    ----------
    path
        The folder to make.
    config
        The size and character of the world.
    replace
        Whether an existing folder may be replaced.

    Returns
    -------
    Dataset
        Plays, listeners, items and annotations, and what is switched on of audio, documents, mentions, sequences and
        availability, marked as simulated; the true affinities are in the same folder (see :func:`true_affinity`). The
        same configuration gives the same bytes. Each part has its own random generator, so that sound, pages, shows and
        facts change nothing else; services and cold artists change plays, and so tags.

    Raises
    ------
    TigertailError
        If the folder exists and may not be replaced, or cannot be written.
    """
    check_place(Path(path), replace=replace)
    seeds = np.random.SeedSequence(config.seed).spawn(len(_PARTS))
    chance: _Chance = dict(zip(_PARTS, map(np.random.default_rng, seeds), strict=True))
    world = make_cold(make_world(config, chance["world"]), chance["cold"])
    services = open_services(world, chance["services"])
    listener_ids = _ids("listener", config.listeners)
    item_ids = _ids("artist", config.artists)
    items = _items(world, item_ids, chance["names"])
    blocks = listen(world, chance["plays"], services)
    listener, artist, plays = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    tags = _annotations(tag(world, listener, artist, listener_ids, chance["tags"]), item_ids, c.CROWD)
    facts = _annotations(state_facts(world, chance["facts"]), item_ids, c.EXPERT)

    def write_truth(folder: Path) -> None:
        affinity_lists(world, item_ids).write_parquet(folder / FILE)

    return Dataset.write(
        path,
        {
            c.PLAYS_TABLE: pl.DataFrame(
                {
                    c.LISTENER_ID: listener_ids.gather(listener),
                    c.ITEM_ID: item_ids.gather(artist),
                    c.PLAYS: plays,
                }
            ),
            c.LISTENERS_TABLE: _listeners(world, services, listener_ids, chance["profiles"]),
            c.ITEMS_TABLE: items,
            c.ANNOTATIONS_TABLE: pl.concat([tags, facts]),
            **({c.AVAILABILITY_TABLE: services.availability(item_ids)} if services else {}),
            **_beyond_listening(world, items, chance),
        },
        name=f"simulated world (seed {config.seed})",
        simulated=True,
        replace=replace,
        extra=write_truth,
    )


def _annotations(rows: pl.DataFrame, item_ids: pl.Series, source: str) -> pl.DataFrame:
    """Return tags or facts as rows of the table: tags have no facet of their own, facts no annotator."""
    optional = {c.FACET: pl.lit(c.TAG), c.ANNOTATOR: pl.lit(None, pl.String)}
    rows = rows.with_columns(
        value.alias(name) for name, value in optional.items() if name not in rows.columns
    )
    return rows.select(
        item_ids.gather(rows["item"]).alias(c.ITEM_ID),
        c.FACET,
        c.LABEL,
        pl.lit(1.0).alias(c.WEIGHT),
        pl.lit(source).alias(c.SOURCE),
        c.ANNOTATOR,
    )


def _beyond_listening(world: World, items: pl.DataFrame, chance: _Chance) -> dict[str, pl.DataFrame]:
    """Return the tables about artists that do not depend on listeners, if they are switched on."""
    config, item_ids = world.config, items[c.ITEM_ID]
    tables = {}
    if config.audio:
        tables[c.AUDIO_TABLE] = _of_items(describe_sound(world, chance["sound"]), item_ids)
    if config.pages:
        documents, mentions = write_pages(world, items[c.NAME].to_list(), chance["pages"])
        pages = _ids("page", len(documents))
        tables[c.DOCUMENTS_TABLE] = _of_items(documents, item_ids).with_columns(pages.alias(c.DOCUMENT_ID))
        tables[c.MENTIONS_TABLE] = _of_items(mentions, item_ids).with_columns(
            pages.gather(mentions[c.DOCUMENT_ID]).alias(c.DOCUMENT_ID)
        )
    if config.djs:
        shows = air_shows(world, chance["shows"])
        tables[c.SEQUENCES_TABLE] = _of_items(shows, item_ids).with_columns(
            _ids("show", shows[c.SEQUENCE_ID].n_unique()).gather(shows[c.SEQUENCE_ID]).alias(c.SEQUENCE_ID),
            _ids("dj", config.djs).gather(shows[c.CURATOR]).alias(c.CURATOR),
        )
    return {name: table for name, table in tables.items() if not table.is_empty()}


def _of_items(rows: pl.DataFrame, item_ids: pl.Series) -> pl.DataFrame:
    """Replace codes of items by ids."""
    return rows.select(item_ids.gather(rows["item"]).alias(c.ITEM_ID), pl.exclude("item"))


def _listeners(
    world: World, services: Services | None, listener_ids: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the table of listeners: where they live, null for some, and the language of their tastes, always known."""
    known = rng.random(world.config.listeners) >= world.config.unknown_country
    codes = pl.Series([country.code for country in COUNTRIES])
    languages = pl.Series([country.language for country in COUNTRIES])
    table = pl.DataFrame(
        {
            c.LISTENER_ID: listener_ids,
            c.COUNTRY: codes.gather(world.residence),
            c.LANGUAGE: languages.gather(world.culture),
        }
    ).with_columns(pl.when(pl.lit(pl.Series(known))).then(pl.col(c.COUNTRY)))
    if services is None:
        return table
    return table.with_columns(pl.Series(services.names).gather(services.used).alias(c.SOURCE))


def _items(world: World, item_ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    homes = [COUNTRIES[code] for code in world.home]
    return pl.DataFrame(
        {
            c.ITEM_ID: item_ids,
            c.NAME: invent_names([country.language for country in homes], rng),
            c.KIND: [c.ARTIST] * len(homes),
            c.COUNTRY: [country.code for country in homes],
        }
    )


def _ids(kind: str, count: int) -> pl.Series:
    """Return ids that have one order as text and by number."""
    width = len(str(count))
    return pl.Series([f"{kind}-{number:0{width}}" for number in range(1, count + 1)])

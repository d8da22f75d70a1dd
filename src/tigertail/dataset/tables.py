"""The tables of a dataset: all that a new one takes is here, but for its columns' names (docs/extending.md)."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import (
    AMOUNT,
    COUNTRY,
    ITEM,
    ITEM_ID,
    LANGUAGE,
    MBID,
    OWN_ID,
    PAIR_REFERENCES,
    PERSON_ID,
    POSITION,
    RATING,
    TEXT,
    TIME,
    Intake,
    Merge,
    Refers,
    TableSpec,
    derived,
)
from tigertail.errors import DataError

TABLES: Final[dict[str, TableSpec]] = {
    table.name: table
    for table in (
        TableSpec(
            c.PLAYS_TABLE,
            {c.LISTENER_ID: PERSON_ID, c.ITEM_ID: ITEM_ID, c.PLAYS: AMOUNT},
            {c.RATING: RATING, c.LAST_PLAYED: TIME},
            needs=((c.LISTENER_ID,), ITEM),
            defaults={c.PLAYS: 1.0},
            intake=Intake.PLAYS,
            in_coverage=False,
            addable=True,
        ),
        TableSpec(
            c.LISTENERS_TABLE,
            {c.LISTENER_ID: PERSON_ID},
            {c.COUNTRY: COUNTRY, c.LANGUAGE: LANGUAGE, c.SOURCE: derived(pl.String())},
            needs=((c.LISTENER_ID,),),
            intake=Intake.PROFILES,
            in_coverage=False,
            addable=True,
        ),
        TableSpec(
            c.ITEMS_TABLE,
            {c.ITEM_ID: ITEM_ID, c.NAME: TEXT, c.KIND: derived(pl.String())},
            {
                c.ARTIST_ID: derived(pl.String()),
                c.ARTIST_NAME: TEXT,
                c.ARTIST_MBIDS: derived(pl.List(pl.String())),
                c.MBID: MBID,
                c.COUNTRY: COUNTRY,
                c.UNLISTED: derived(pl.Boolean()),
            },
            intake=Intake.ITEMS,
            in_coverage=False,
            addable=True,
        ),
        TableSpec(
            c.ALIASES_TABLE,
            {
                c.ITEM_ID: ITEM_ID,
                c.SCHEME: derived(pl.String()),
                c.ALIAS: TEXT,
                c.COUNT: derived(pl.Int64()),
            },
            needs=(ITEM, (c.ALIAS,)),
            intake=Intake.ALIASES,
            makes_items=False,
            in_coverage=False,
            addable=True,
        ),
        TableSpec(
            c.ANNOTATIONS_TABLE,
            {c.ITEM_ID: ITEM_ID, c.FACET: TEXT, c.LABEL: TEXT, c.WEIGHT: AMOUNT, c.SOURCE: TEXT},
            {c.ANNOTATOR: PERSON_ID},
            needs=(ITEM, (c.LABEL,)),
            defaults={c.WEIGHT: 1.0, c.FACET: c.TAG, c.SOURCE: c.CROWD},
            merge=Merge.MAX,
            merged=c.WEIGHT,
            coverage_by=c.FACET,
        ),
        TableSpec(
            c.AUDIO_TABLE,
            {c.ITEM_ID: ITEM_ID},
            {c.CLIP_ID: TEXT},
            descriptors=True,
            makes_items=False,
        ),
        TableSpec(
            c.SEQUENCES_TABLE,
            {c.SEQUENCE_ID: OWN_ID, c.POSITION: POSITION, c.ITEM_ID: ITEM_ID},
            {c.CURATOR: PERSON_ID},
            needs=(ITEM, (c.SEQUENCE_ID,)),
            row_order=c.POSITION,
            makes_items=False,
        ),
        TableSpec(
            c.DOCUMENTS_TABLE,
            {c.DOCUMENT_ID: TEXT, c.TEXT: TEXT, c.MARKUP: TEXT},
            {c.TITLE: TEXT, c.ITEM_ID: ITEM_ID},
            intake=Intake.PAGES,  # these make no items, whatever makes_items is
        ),
        TableSpec(
            c.MENTIONS_TABLE,
            {c.ITEM_ID: ITEM_ID, c.DOCUMENT_ID: TEXT, c.COUNT: AMOUNT},
            {c.POSITIONS: derived(pl.List(pl.Int32())), c.LINKS: derived(pl.Float32())},
            needs=(ITEM, (c.DOCUMENT_ID,)),
            defaults={c.COUNT: 1.0},
            merge=Merge.SUM,
            merged=c.COUNT,
        ),
        TableSpec(
            c.AVAILABILITY_TABLE,
            {c.ITEM_ID: ITEM_ID},
            {c.SOURCE: TEXT, c.COUNTRY: COUNTRY},
            needs=(ITEM, (c.SOURCE, c.COUNTRY)),
            makes_items=False,
            whole_codes=True,
            in_coverage=False,
        ),
        TableSpec(
            c.PAIRS_TABLE,
            {c.ITEM_A: ITEM_ID, c.ITEM_B: ITEM_ID, c.COUNT: AMOUNT},
            needs=(*PAIR_REFERENCES, (c.COUNT,)),
            makes_items=False,
            merge=Merge.SUM,
            merged=c.COUNT,
        ),
    )
}


def table_spec(name: str) -> TableSpec:
    """Return the specification of a table.

    Raises
    ------
    DataError
        If there is no table of this name.
    """
    try:
        return TABLES[name]
    except KeyError:
        raise DataError(f"unknown table '{name}'", remedy=f"it is one of {', '.join(TABLES)}") from None


def id_columns(*kinds: Refers) -> tuple[str, ...]:
    """Return the columns, of all tables, whose values identify something of these kinds."""
    return tuple(dict.fromkeys(name for spec in TABLES.values() for name in spec.referring(*kinds)))

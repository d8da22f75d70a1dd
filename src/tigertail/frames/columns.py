"""Which column of a frame is which of ours: those that are given, then our names, then the names in use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM, TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError, shown

# Names in use, as _plain writes them, beside our own. Of several that a frame has, the first here is taken.
_LISTENER: Final = (
    "listener", "user_id", "user", "user_name", "userid", "username", "uid", "member_id", "member", "account_id",
    "customer_id", "customer", "visitor_id", "person",
)  # fmt: skip
_ITEM_ID: Final = ("item", "itemid", "iid")
_COMMON: Final[dict[str, tuple[str, ...]]] = {
    c.LISTENER_ID: _LISTENER,
    c.ANNOTATOR: ("annotator", *_LISTENER),
    c.CURATOR: ("curator_id", "dj", "owner", *_LISTENER),
    c.PLAYS: (
        "play_count", "playcount", "count", "counts", "n", "weight", "listens", "listen_count", "scrobbles", "streams",
        "freq", "frequency", "value", "total",
    ),
    c.RATING: ("score", "stars"),
    c.LAST_PLAYED: ("timestamp", "time", "ts", "datetime", "date", "listened_at", "played_at", "uts"),
    c.COUNTRY: ("country_code", "nation", "area"),
    c.LANGUAGE: ("lang",),
    c.LABEL: ("tag", "genre", "style"),
    c.FACET: ("type",),
    c.WEIGHT: ("count", "score"),
    c.SEQUENCE_ID: ("playlist_id", "playlist", "show_id", "show", "session_id", "session"),
    c.POSITION: ("place", "order", "index"),
}  # fmt: skip
_OF_KIND: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    c.ARTIST: {
        c.ITEM_ID: (*_ITEM_ID, "artist_id", "artistid"),
        c.NAME: ("artist", "artist_name", "artistname", "band"),
        c.MBID: ("artist_mbid", "musicbrainz_id"),
    },
    c.ALBUM: {
        c.ITEM_ID: (*_ITEM_ID, "album_id", "release_id"),
        c.NAME: ("album", "album_name", "release", "release_name", "title"),
        c.MBID: ("release_mbid", "release_group_mbid", "musicbrainz_id"),
        c.ARTIST_NAME: ("artist", "artistname"),
    },
    c.TRACK: {
        c.ITEM_ID: (*_ITEM_ID, "track_id", "trackid", "song_id", "recording_id"),
        c.NAME: ("track", "track_name", "trackname", "song", "song_name", "recording_name", "title"),
        c.MBID: ("recording_mbid", "track_mbid", "musicbrainz_id"),
        c.ARTIST_NAME: ("artist", "artistname"),
    },
}
_OF_TABLE: Final = {c.ITEMS_TABLE: {c.ITEM_ID: ("id",)}, c.LISTENERS_TABLE: {c.LISTENER_ID: ("id",)}}
# What messages call the column that a table needs; where none is named here, by our names.
_CALLED: Final = {
    (c.LISTENER_ID,): "the listener",
    ITEM: "the item",
    (c.LABEL,): "the label",
    (c.SEQUENCE_ID,): "the sequence",
}
# Blanks, the mark that begins a file, and the signs of ASCII.
_BETWEEN_WORDS: Final = re.compile(r"[\s\ufeff!-/:-@\[-`{-~]+")
_IDS_OF_MATRIX: Final = "a matrix has no columns: give its ids as listeners=[...] and items=[...]"


def check_columns(columns: Mapping[str, Any], frames: Mapping[str, Sequence[str]]) -> None:
    """Refuse columns that are given and are not there.

    Parameters
    ----------
    columns
        What the caller gave: our names and theirs, or those of one table under its name.
    frames
        The columns of each frame, by its table; without plays where these are a matrix.

    Raises
    ------
    DataError
        If a frame or a column is unknown.
    """
    if columns and not frames:
        raise DataError("columns are named, and the matrix of plays has none", remedy=_IDS_OF_MATRIX)
    beside = "" if c.PLAYS_TABLE in frames else f"; {_IDS_OF_MATRIX}"
    for name, theirs in columns.items():
        tables = [name] if isinstance(theirs, Mapping) else list(frames)
        if isinstance(theirs, Mapping) and name not in frames:
            raise DataError(f"columns: no frame '{name}'", remedy=f"it is one of {', '.join(frames)}{beside}")
        for ours, column in dict(theirs if isinstance(theirs, Mapping) else {name: theirs}).items():
            taking = [table for table in tables if ours in _inputs(TABLES[table])]
            if not taking:
                known = dict.fromkeys(one for table in tables for one in _inputs(TABLES[table]))
                raise DataError(
                    f"columns: unknown column '{ours}' of {', '.join(tables)}",
                    remedy=f"it is one of {', '.join(known)}{beside}",
                )
            if not any(str(column) in frames[table] for table in taking):
                raise DataError(
                    f"no column '{column}' in {' or '.join(taking)}",
                    remedy=f"there is {shown(list(dict.fromkeys(one for table in taking for one in frames[table])))}",
                )


def mapped(
    spec: TableSpec, given_columns: Sequence[str], columns: Mapping[str, Any], kind: str
) -> dict[str, str]:
    """Find the columns of a frame that its table takes.

    Columns that are given come first. A column that is found is one of ours only, the first in the order of the table's
    inputs. Of listeners also their source: a build knows it from its recipe, so that it is no input of the table.

    Parameters
    ----------
    spec
        The table.
    given_columns
        The frame's columns.
    columns
        What the caller gave (:func:`check_columns`); what is given for one table goes before what is given for all.
    kind
        What the items are.

    Returns
    -------
    dict[str, str]
        The frame's column by ours. Of two columns with one plain name it is the one that is spelled so, else the first.
    """
    own = columns.get(spec.name)
    given = {name: theirs for name, theirs in columns.items() if not isinstance(theirs, Mapping)}
    given |= dict(own) if isinstance(own, Mapping) else {}
    mapping = {
        name: str(theirs)
        for name, theirs in given.items()
        if name in _inputs(spec) and str(theirs) in given_columns
    }
    by_plain_name = {_plain(name): name for name in reversed(given_columns)}
    # "plays" before "Plays", in whatever order.
    by_plain_name |= {name: name for name in given_columns if name in by_plain_name}
    known = _COMMON | _OF_KIND[kind]
    for ours in _inputs(spec):
        names = (ours, *known.get(ours, ()), *_OF_TABLE.get(spec.name, {}).get(ours, ()))
        if ours == c.NAME and spec.name not in (c.ITEMS_TABLE, c.ALIASES_TABLE):
            names = (*names[1:], ours)  # beside "artist" it is the name of a person or of a list here
        found = [by_plain_name[name] for name in names if name in by_plain_name]
        free = [theirs for theirs in found if theirs not in mapping.values()]
        if ours not in mapping and free:
            mapping[ours] = free[0]
    return mapping


def check_needs(spec: TableSpec, mapping: Mapping[str, str], given_columns: Sequence[str], kind: str) -> None:
    """Refuse a frame without a column that its table needs.

    Raises
    ------
    DataError
        If there is none.
    """
    for choices in spec.needs:
        if not set(choices) & mapping.keys():
            what = _CALLED.get(choices, " or ".join(choices))
            named = [f'columns={{"{choice}": ...}}' for choice in choices]
            if choices == ITEM:  # there may be names of items of another kind
                plain = {*map(_plain, given_columns)}
                named += [
                    f'Dataset.of(..., kind="{other}")'
                    for other in _OF_KIND
                    if other != kind and plain & {*_OF_KIND[other][c.NAME]}
                ]
            there = shown(given_columns) or "no column"
            raise DataError(
                f"{spec.name}: no column for {what}",
                remedy=f"name it: {' or '.join(named)}; the frame has {there}",
            )


def _inputs(spec: TableSpec) -> tuple[str, ...]:
    """Return the columns of a table that a frame may give."""
    return (*spec.inputs, *((c.SOURCE,) if spec.name == c.LISTENERS_TABLE else ()))


def _plain(name: str) -> str:
    """Return a column's name as names in use are written: ``userId`` is ``user_id``; but "N°" is not ``n``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return _BETWEEN_WORDS.sub("_", words).strip("_")

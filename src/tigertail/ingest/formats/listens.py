"""Objects in JSON decoded: fast if they are as documented; else field by field, without those that are not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import polars as pl

from tigertail.io.json_rows import clean_text, parsed
from tigertail.io.quarantine import EXAMPLES, Quarantine

_TEXT: Final = pl.String()
_TEXTS: Final = pl.List(pl.String())
_TRACK: Final = "track_metadata"
_SHOWN: Final = 60  # characters of a value that is left out
_Odd = defaultdict[str, list[str]]

LISTEN: Final = pl.Struct(
    {
        "user_id": _TEXT,
        "user_name": _TEXT,
        "timestamp": _TEXT,
        "listened_at": _TEXT,
        _TRACK: pl.Struct(
            {
                "artist_name": _TEXT,
                "track_name": _TEXT,
                "additional_info": pl.Struct(
                    {"artist_mbids": _TEXTS, "artist_mbid": _TEXT, "recording_mbid": _TEXT}
                ),
                "mbid_mapping": pl.Struct(
                    {
                        "artist_mbids": _TEXTS,
                        "recording_mbid": _TEXT,
                        "artists": pl.List(pl.Struct({"artist_mbid": _TEXT, "artist_credit_name": _TEXT})),
                    }
                ),
            }
        ),
    }
)
"""The fields of a listen that are used."""


def decoded(
    texts: pl.Series, source: str, quarantine: Quarantine, *, dtype: pl.Struct = LISTEN, needs: str = _TRACK
) -> pl.Series:
    """Decode listens, or other objects; what is none becomes null.

    Parameters
    ----------
    texts
        Objects in JSON.
    source
        Their source.
    quarantine
        Where a warning goes for each field that cannot be decoded; it is left out.
    dtype
        The fields that are used, of the types that are documented for them.
    needs
        A field without which an object is none of these.
    """
    odd: _Odd = defaultdict(list)
    listens = _decoded(texts, dtype, needs, odd)
    for field, values in sorted(odd.items()):
        quarantine.warn(source, f"{field} is not as documented, left out", len(values), values[:EXAMPLES])
    return pl.select(pl.when(listens.struct.field(needs).is_not_null()).then(listens)).to_series()


def _decoded(texts: pl.Series, dtype: pl.Struct, needs: str, odd: _Odd) -> pl.Series:
    """Decode all at once if possible; the objects for which it is not are found by halving."""
    if texts.is_empty():
        return pl.Series([], dtype=dtype)
    try:
        decoded_all = texts.str.json_decode(dtype)
    except pl.exceptions.PolarsError:
        decoded_all = None
    # Polars joins the texts by commas, so that two of them may make up one object.
    if decoded_all is not None and len(decoded_all) == len(texts):
        return decoded_all
    if len(texts) == 1:
        return pl.Series([_salvaged(texts[0], dtype, needs, odd)], dtype=dtype)
    half = len(texts) // 2
    return _decoded(texts[:half], dtype, needs, odd).append(_decoded(texts[half:], dtype, needs, odd))


def _salvaged(text: str, dtype: pl.Struct, needs: str, odd: _Odd) -> dict[str, Any] | None:
    """Read the fields of an object that are as documented."""
    listen = parsed(text)
    kind = {field.name: field.dtype for field in dtype.fields}[needs]
    if listen is None or not isinstance(listen.get(needs), dict if isinstance(kind, pl.Struct) else str):
        return None
    try:
        return _fields(listen, dtype, "", odd)
    except RecursionError:  # lists nested so deep are not of a listen
        return None


def _fields(listen: dict[str, Any], dtype: pl.Struct, path: str, odd: _Odd) -> dict[str, Any]:
    return {
        field.name: _field(listen.get(field.name), field.dtype, path + field.name, odd)
        for field in dtype.fields
    }


def _field(value: Any, dtype: Any, path: str, odd: _Odd) -> Any:
    """Return a value of a type, or None, which is counted unless there was none."""
    if value is None:
        return None
    if isinstance(dtype, pl.Struct) and isinstance(value, dict):
        return _fields(value, dtype, f"{path}.", odd)
    if isinstance(dtype, pl.List):
        values = [_field(one, dtype.inner, path, odd) for one in _flattened(value)]
        kept = [one for one in values if one is not None]
        # The place of a text that is left out remains: else the others would pass for all that there are.
        return values if kept and dtype.inner == _TEXT else kept
    if dtype == _TEXT and isinstance(value, str | int | float) and not isinstance(value, bool):
        whole = isinstance(value, float) and value.is_integer()
        return clean_text(str(int(value) if whole else value))
    odd[path].append(clean_text(str(value)[:_SHOWN]))
    return None


def _flattened(value: Any) -> list[Any]:
    """Return the values of a list of lists, or of one value."""
    return [one for part in value for one in _flattened(part)] if isinstance(value, list) else [value]

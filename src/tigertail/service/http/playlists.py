"""Playlists as files: JSPF, the JSON of XSPF, and extended M3U."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from tigertail import columns as c
from tigertail.service.http.json import to_json

# Of each format that can be asked for; "json" is the API's own answer, which is not made here.
MEDIA_TYPES: Final = {"json": "application/json", "jspf": "application/jspf+json", "m3u": "audio/x-mpegurl"}
_MUSICBRAINZ: Final = "https://musicbrainz.org"
_SLASHES: Final = re.compile(r"[/\\]")
_ENTITIES: Final = {c.ARTIST: "artist", c.ALBUM: "release", c.TRACK: "recording"}


def to_jspf(title: str, items: Iterable[Mapping[str, Any]], notices: Sequence[str] = ()) -> bytes:
    """Render a playlist as JSPF (https://xspf.org/jspf); its annotation is the notices, one a line.

    An item has the keys of :class:`tigertail.service.http.schemas.PlaylistItem` that are read here: name, kind, mbid
    (None if unknown), and, where it is known of an album or track, artist.

    Examples
    --------
    >>> item = {"name": "Vitamin C", "kind": "track", "artist": "Can", "mbid": None}
    >>> to_jspf("After Can", [item]).decode()
    '{"playlist":{"title":"After Can","creator":"Tigertail","track":[{"title":"Vitamin C","creator":"Can"}]}}'
    """
    annotation = {"annotation": "\n".join(map(_one_line, notices))} if notices else {}
    tracks = [_track(one) for one in items]
    return to_json({"playlist": {"title": title, "creator": "Tigertail", **annotation, "track": tracks}})


def to_m3u(title: str, items: Iterable[Mapping[str, Any]], notices: Sequence[str] = ()) -> bytes:
    """Render a playlist as extended M3U; what an entry points to is MusicBrainz, or where that is unknown ``./NAME``.

    Items are as in :func:`to_jspf`. Notices are comments. A name alone a player might take for a comment or an
    address.

    Examples
    --------
    >>> item = {"name": "Vitamin C", "kind": "track", "artist": "Can", "mbid": None}
    >>> print(to_m3u("After Can", [item]).decode(), end="")
    #EXTM3U
    #PLAYLIST:After Can
    #EXTINF:-1,Can - Vitamin C
    ./Can - Vitamin C
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(title)}", *(f"# {_one_line(notice)}" for notice in notices)]
    for item in items:
        name = _one_line(" - ".join(filter(None, (item.get("artist"), item["name"]))))
        lines += [f"#EXTINF:-1,{name}", _address(item) or f"./{_SLASHES.sub('_', name)}"]
    return ("\n".join(lines) + "\n").encode()


def title_of(names: Sequence[str], way: Literal["to", "after"]) -> str:
    """Return the title of a playlist: 'Can to Madonna', 'After Can'.

    Examples
    --------
    >>> title_of(["Can", "Madonna"], "to"), title_of(["Can", "Neu!"], "after")
    ('Can to Madonna', 'After Can, Neu!')
    """
    return " to ".join(names) if way == "to" else f"After {', '.join(names)}"


def _track(item: Mapping[str, Any]) -> dict[str, Any]:
    address = _address(item)
    creator = item.get("artist") or (item["name"] if item["kind"] == c.ARTIST else None)
    return {
        "title": item["name"],
        **({} if creator is None else {"creator": creator}),
        **({} if address is None else {"identifier": [address]}),
    }


def _address(item: Mapping[str, Any]) -> str | None:
    return f"{_MUSICBRAINZ}/{_ENTITIES[item['kind']]}/{item['mbid']}" if item["mbid"] else None


def _one_line(text: str) -> str:
    return " ".join(text.split())

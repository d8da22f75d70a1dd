"""What Last.fm's web service answers, filled from a Tigertail model.

What the model lacks stays empty: images, durations, biographies; so do tags, which have counts there that our labels
lack. Where Last.fm counts plays, listeners are counted: as many plays there have been at least. Types are those of
Last.fm, also where its methods differ: a number in one is text in another. In lists of similar items the order of keys
is that of Last.fm too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from tigertail import columns as c
from tigertail.service.compat.catalogue import Catalogue
from tigertail.service.compat.similarity_scores import like
from tigertail.service.serving.served_model import ServedModel

_SITE: Final = "https://www.last.fm/music/"
_SIZES: Final = ("small", "medium", "large", "extralarge", "mega", "")
_SHORT: Final = 5  # similar artists in an artist's own answer

Tree = dict[str, Any]


class Answers:
    """Answers from a served model.

    Parameters
    ----------
    served
        The served model.
    """

    def __init__(self, served: ServedModel) -> None:
        self._served = served
        self.catalogue = Catalogue.of(served)

    def similar_artists(self, code: int, limit: int) -> Tree:
        """Answer ``artist.getSimilar``."""
        artists = [
            self._artist(item) | {"match": f"{match:.6g}", "image": _images(), "streamable": "0"}
            for item, match in self._listed(code, limit, c.ARTIST)
        ]
        named = {"artist": self._served.items[code]["name"]}
        return {"similarartists": {"artist": [_in_order(one) for one in artists], "@attr": named}}

    def similar_tracks(self, code: int, limit: int) -> Tree:
        """Answer ``track.getSimilar``."""
        tracks = [self._track(item, match) for item, match in self._listed(code, limit, c.TRACK)]
        named = {"track": self._served.items[code]["name"], "artist": self.catalogue.artist(code)}
        return {"similartracks": {"track": tracks, "@attr": named}}

    def artist_info(self, code: int) -> Tree:
        """Answer ``artist.getInfo``."""
        listeners = str(self._served.items[code]["listeners"])
        near = [
            {key: one[key] for key in ("name", "url")} | {"image": _images()}
            for one in (self._artist(item) for item, _ in self._listed(code, _SHORT, c.ARTIST))
        ]
        return {
            "artist": self._artist(code)
            | {
                "image": _images(),
                "streamable": "0",
                "ontour": "0",
                "stats": {"listeners": listeners, "playcount": listeners},
                "similar": {"artist": near},
                "tags": {"tag": []},
                "bio": {"published": "", "summary": "", "content": ""},
            }
        }

    def no_tags(self, code: int) -> Tree:
        """Answer ``artist.getTopTags``: none."""
        return {"toptags": {"tag": [], "@attr": {"artist": self._served.items[code]["name"]}}}

    def top_tracks(self, artist: int | None, tracks: Sequence[int], limit: int, page: int) -> Tree:
        """Answer ``artist.getTopTracks``; the artist's name is that of the item, or of the first track."""
        shown = tracks[limit * (page - 1) : limit * page]
        listed = []
        for rank, code in enumerate(shown, start=limit * (page - 1) + 1):
            listeners = str(self._served.items[code]["listeners"])
            track = self._named_track(code) | {"playcount": listeners, "listeners": listeners}
            listed.append(track | {"streamable": "0", "image": _images(), "@attr": {"rank": str(rank)}})
        name = self.catalogue.artist(tracks[0]) if artist is None else self._served.items[artist]["name"]
        pages = {"page": str(page), "perPage": str(limit), "totalPages": str(-(-len(tracks) // limit))}
        return {"toptracks": {"track": listed, "@attr": {"artist": name, **pages, "total": str(len(tracks))}}}

    def correction(self, code: int) -> Tree:
        """Answer ``artist.getCorrection``."""
        return {"corrections": {"correction": {"artist": self._artist(code), "@attr": {"index": "0"}}}}

    def track_info(self, code: int) -> Tree:
        """Answer ``track.getInfo``."""
        listeners = str(self._served.items[code]["listeners"])
        return {
            "track": self._named_track(code)
            | {
                "duration": "0",
                "streamable": {"#text": "0", "fulltrack": "0"},
                "listeners": listeners,
                "playcount": listeners,
                "toptags": {"tag": []},
            }
        }

    def found_artists(self, text: str, limit: int, page: int) -> Tree:
        """Answer ``artist.search``."""
        codes, total = self._found(text, limit, page, c.ARTIST)
        artists = [
            self._artist(code)
            | {
                "listeners": str(self._served.items[code]["listeners"]),
                "streamable": "0",
                "image": _images(),
            }
            for code in codes
        ]
        matches = {"artistmatches": {"artist": artists}}
        return {"results": _search(text, limit, page, total) | matches | {"@attr": {"for": text}}}

    def found_tracks(self, text: str, limit: int, page: int) -> Tree:
        """Answer ``track.search``."""
        codes, total = self._found(text, limit, page, c.TRACK)
        tracks = []
        for code in codes:
            track, artist = self._served.items[code], self.catalogue.artist(code)
            tracks.append(
                {
                    "name": track["name"],
                    "artist": artist,
                    "url": _track_url(artist, track["name"]),
                    "streamable": "0",
                    "listeners": str(track["listeners"]),
                    "image": _images(),
                    "mbid": self.catalogue.mbid(code),
                }
            )
        matches = {"trackmatches": {"track": tracks}}
        return {"results": _search(text, limit, page, total) | matches | {"@attr": {"for": text}}}

    def _listed(self, code: int, limit: int, kind: str) -> list[tuple[int, float]]:
        return like(self._served, [code], limit, kind)

    def _found(self, text: str, limit: int, page: int, kind: str) -> tuple[Sequence[int], int]:
        allowed = (self._served.model.items[c.KIND] == kind).to_numpy()
        codes = self._served.index.search(text, limit * page, allowed)[0].tolist()
        full = len(codes) == limit * page
        return codes[limit * (page - 1) :], len(codes) + limit * full  # how many more there are nobody counts

    def _artist(self, code: int) -> Tree:
        name = self._served.items[code]["name"]
        return {"name": name, "mbid": self.catalogue.mbid(code), "url": _SITE + quote_plus(name)}

    def _track(self, code: int, match: float) -> Tree:
        named = self._named_track(code)
        return {
            "name": named["name"],
            "playcount": self._served.items[code]["listeners"],
            "mbid": named["mbid"],
            "match": float(f"{match:.6g}"),
            "url": named["url"],
            "streamable": {"#text": "0", "fulltrack": "0"},
            "duration": 0,
            "artist": named["artist"],
            "image": _images(),
        }

    def _named_track(self, code: int) -> Tree:
        name, artist = self._served.items[code]["name"], self.catalogue.artist(code)
        mbids = self.catalogue.artist_mbids(code)
        mbid = mbids[0] if len(mbids) == 1 else ""  # a credit of several is no artist of its own
        return {
            "name": name,
            "mbid": self.catalogue.mbid(code),
            "url": _track_url(artist, name),
            "artist": {"name": artist, "mbid": mbid, "url": _SITE + quote_plus(artist)},
        }


def _in_order(artist: Tree) -> Tree:
    """Return an artist with its keys in the order that Last.fm has in lists of similar artists."""
    return {key: artist[key] for key in ("name", "mbid", "match", "url", "image", "streamable")}


def _images() -> list[Tree]:
    return [{"#text": "", "size": size} for size in _SIZES]


def _track_url(artist: str, name: str) -> str:
    return f"{_SITE}{quote_plus(artist)}/_/{quote_plus(name)}"


def _search(text: str, limit: int, page: int, total: int) -> Tree:
    return {
        "opensearch:Query": {"#text": "", "role": "request", "searchTerms": text, "startPage": str(page)},
        "opensearch:totalResults": str(total),
        "opensearch:startIndex": str(limit * (page - 1)),
        "opensearch:itemsPerPage": str(limit),
    }

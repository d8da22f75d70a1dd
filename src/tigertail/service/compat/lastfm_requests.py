"""What players ask of Last.fm's web service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import parse_qsl

from tigertail import columns as c
from tigertail.service.compat.lastfm_responses import Answers, Tree
from tigertail.service.http.parameters import LONGEST
from tigertail.service.serving.served_model import ServedModel

METHODS: Final = {
    "artist.getSimilar": 100,
    "track.getSimilar": 100,
    "artist.getInfo": 1,
    "artist.getTopTags": 1,
    "artist.getTopTracks": 50,
    "artist.getCorrection": 1,
    "track.getInfo": 1,
    "artist.search": 30,
    "track.search": 30,
}
"""The methods, with how many are listed unless it is said, as many as Last.fm lists; 1 where the answer is one item,
which no limit cuts."""
_BY_FOLDED: Final = {method.lower(): method for method in METHODS}
_FORMATS: Final = ("", "xml", "json")
# Above them a request is a mistake; a list longer than the service allows is cut: players ask for many.
_MAX_FIELDS: Final = 100
_LAST_PAGE: Final = 100
_LONGEST_LIST: Final = 10_000


class RefusalError(Exception):
    """A request that Last.fm would not answer.

    Parameters
    ----------
    code
        Last.fm's code.
    message
        What it says; in Last.fm's words where it has some.
    status
        The HTTP status: 200 where only the artist or track is not found, or not named.
    """

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class LastfmRequest:
    """A request, checked.

    Parameters
    ----------
    method
        One of :data:`METHODS`.
    json
        Whether JSON is wanted, not XML.
    artist, track, mbid
        What it is about; empty where it is not said.
    limit
        Longest list, as far as the service allows.
    page
        Of a search or of top tracks, from 1.
    autocorrect
        Whether the closest name will do.
    """

    method: str
    json: bool
    artist: str
    track: str
    mbid: str
    limit: int
    page: int
    autocorrect: bool

    @classmethod
    def read(cls, fields: Mapping[str, str], longest: int) -> Self:
        """Read a request.

        Parameters
        ----------
        fields
            What :func:`fields_of` returned.
        longest
            How many the service lists at most; a larger ``limit`` is cut to it, not refused.

        Raises
        ------
        RefusalError
            If it is none.
        """
        output = fields.get("format", "").lower()
        if output not in _FORMATS:
            raise RefusalError(5, "Invalid format - This service doesn't exist in that format")
        method = _BY_FOLDED.get(fields.get("method", "").lower())
        if method is None:
            raise RefusalError(3, "Invalid Method - No method with that name in this package")
        artist, track, mbid = (fields.get(key, "") for key in ("artist", "track", "mbid"))
        if max(len(artist), len(track), len(mbid)) > LONGEST or fields.get("autocorrect", "0") not in (
            "0",
            "1",
            "",
        ):
            raise _invalid("Your request has a parameter with an invalid value")
        limit = _number(fields, "limit", METHODS[method], _LONGEST_LIST)
        page = _number(fields, "page", 1, _LAST_PAGE)
        correct = fields.get("autocorrect") == "1"
        return cls(method, output == "json", artist, track, mbid, min(limit, longest), page, correct)

    def answer(self, served: ServedModel) -> Tree:
        """Answer from a served model.

        Raises
        ------
        RefusalError
            If there is no such artist or track, or none is named; its status is 200.
        """
        answers = Answers(served)
        return _ANSWERS[self.method](self, answers)

    def _top_tracks(self, answers: Answers) -> Tree:
        """Answer for an artist who is an item, or of whom there are tracks."""
        if not (self.artist or self.mbid):
            raise _missing()
        tracks = answers.catalogue.tracks_of(self.artist, self.mbid, correct=self.autocorrect)
        code = None if tracks else self._artist(answers)
        return answers.top_tracks(code, tracks, self.limit, self.page)

    def _search(self, answers: Answers) -> Tree:
        """Answer with the items of a kind whose names are like a text."""
        text, found = (
            (self.artist, answers.found_artists)
            if self.method == "artist.search"
            else (self.track, answers.found_tracks)
        )
        if not text:
            raise _missing()
        return found(text, self.limit, self.page)

    def _artist(self, answers: Answers) -> int:
        if not (self.artist or self.mbid):
            raise _missing()
        return self._found(answers, self.artist, c.ARTIST, "The artist you supplied could not be found")

    def _track(self, answers: Answers) -> int:
        if not ((self.track and self.artist) or self.mbid):
            raise _missing()
        return self._found(answers, self.track, c.TRACK, "Track not found", self.artist)

    def _found(
        self, answers: Answers, name: str, kind: str, otherwise: str, artist: str | None = None
    ) -> int:
        """Return what was meant: by its MBID, by its name, by a name like it."""
        catalogue = answers.catalogue
        code = catalogue.by_mbid(self.mbid, kind) if self.mbid else None
        if code is None and name:
            code = catalogue.by_name(name, kind, artist)
        if code is None and name and self.autocorrect:
            code = catalogue.closest(name, kind, artist)
        if code is None:
            raise RefusalError(6, otherwise, 200)
        return code


_ANSWERS: Final[dict[str, Callable[[LastfmRequest, Answers], Tree]]] = {
    "artist.getSimilar": lambda asked, to: to.similar_artists(asked._artist(to), asked.limit),
    "track.getSimilar": lambda asked, to: to.similar_tracks(asked._track(to), asked.limit),
    "artist.getInfo": lambda asked, to: to.artist_info(asked._artist(to)),
    "artist.getTopTags": lambda asked, to: to.no_tags(asked._artist(to)),
    "artist.getTopTracks": LastfmRequest._top_tracks,
    "artist.getCorrection": lambda asked, to: to.correction(replace(asked, autocorrect=True)._artist(to)),
    "track.getInfo": lambda asked, to: to.track_info(asked._track(to)),
    "artist.search": LastfmRequest._search,
    "track.search": LastfmRequest._search,
}


def fields_of(query: bytes) -> dict[str, str]:
    """Return the fields of a query string; of several with one name the first, whose key is also the one that counts.

    Raises
    ------
    RefusalError
        If there are too many.
    """
    try:
        pairs = parse_qsl(
            query.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise _invalid("Your request has too many parameters") from None
    return dict(reversed(pairs))


def is_json(query: bytes) -> bool:
    """Return whether an answer in JSON is wanted, also by a request that is refused for its other fields."""
    try:
        return fields_of(query).get("format", "").lower() == "json"
    except RefusalError:
        return False


def _number(fields: Mapping[str, str], name: str, otherwise: int, maximum: int) -> int:
    text = fields.get(name, str(otherwise))
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(maximum)) and 1 <= int(text) <= maximum
    ):
        raise _invalid(f"{name} is to be a number from 1 to {maximum:,}")
    return int(text)


def _invalid(why: str) -> RefusalError:
    return RefusalError(6, f"Invalid parameters - {why}")


def _missing() -> RefusalError:
    return RefusalError(6, "Invalid parameters - Your request is missing a required parameter", 200)

"""Shapes of Last.fm's answers, for the OpenAPI document; :mod:`.lastfm_responses` fills them.

Of lists of what is alike the shapes are whole; of the others the outermost name is given. In ``@attr`` of a list stands
what it was asked for. Where shapes of other APIs have such names, those here begin with Lastfm; FastAPI would put
modules before equal names.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Image(BaseModel):
    """An image; the service has none, so the address is empty."""

    text: str = Field(alias="#text")
    size: str


class Artist(BaseModel):
    """An artist, wherever one is named."""

    name: str
    mbid: str
    url: str


class LastfmSimilarArtist(Artist):
    """An artist of a list."""

    match: str = Field(description="Share of the best one's affinity, 0 to 1.")
    image: list[Image]
    streamable: str


class LastfmSimilarTrack(BaseModel):
    """A track of a list."""

    name: str
    playcount: int = Field(description="Listeners: it was played so often at least.")
    mbid: str
    match: float = Field(description="Share of the best one's affinity, 0 to 1.")
    url: str
    streamable: dict[str, str]
    duration: int = Field(description="Always 0: models have no durations.")
    artist: Artist
    image: list[Image]


class LastfmArtists(BaseModel):
    """A list of artists."""

    artist: list[LastfmSimilarArtist]
    attr: dict[str, str] = Field(alias="@attr")


class LastfmTracks(BaseModel):
    """A list of tracks."""

    track: list[LastfmSimilarTrack]
    attr: dict[str, str] = Field(alias="@attr")


class LastfmSimilarArtists(BaseModel):
    """Of artist.getSimilar."""

    similarartists: LastfmArtists


class LastfmSimilarTracks(BaseModel):
    """Of track.getSimilar."""

    similartracks: LastfmTracks


class ArtistInfo(BaseModel):
    """Of artist.getInfo; its biography and tags are empty."""

    artist: dict[str, Any]


class TopTags(BaseModel):
    """Of artist.getTopTags; there are none."""

    toptags: dict[str, Any]


class TopTracks(BaseModel):
    """Of artist.getTopTracks: those with most listeners first."""

    toptracks: dict[str, Any]


class Corrections(BaseModel):
    """Of artist.getCorrection: the artist that a spelling means."""

    corrections: dict[str, Any]


class TrackInfo(BaseModel):
    """Of track.getInfo; it has no album, and its tags are empty."""

    track: dict[str, Any]


class Results(BaseModel):
    """Of artist.search and track.search."""

    results: dict[str, Any]


class LastfmError(BaseModel):
    """Why there is no answer, in Last.fm's codes."""

    error: int
    message: str
    links: list[str] = []  # always empty


Answer = (
    LastfmSimilarArtists
    | LastfmSimilarTracks
    | ArtistInfo
    | TopTags
    | TopTracks
    | Corrections
    | TrackInfo
    | Results
    | LastfmError
)

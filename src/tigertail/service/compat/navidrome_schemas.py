"""What Navidrome asks its plugins, and what it takes for an answer.

The shapes are those of ``plugins/capabilities/metadata_agent.go`` of navidrome/navidrome at commit
2be6d65619d1482b31a268526f5231ed9e0aed89. Fields that later versions add to a request are ignored.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_LONGEST = 1000  # characters of a name: of classical works with movement and players, say


def _empty(value: object) -> object:
    return "" if value is None else value


Name = Annotated[str, Field(max_length=_LONGEST)]
Optional = Annotated[str, Field(max_length=_LONGEST), BeforeValidator(_empty)]
Count = Annotated[int, Field(description="How many to list at most.", ge=-(2**31), lt=2**31)]


class SimilarArtists(BaseModel):
    """An artist, and how many others are wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "1", "name": "Кино", "limit": 5}]})

    name: Name
    mbid: Optional = ""
    limit: Count


class ArtistSongs(BaseModel):
    """An artist, and how many of their tracks are wanted."""

    name: Name
    mbid: Optional = ""
    count: Count


class SimilarSongs(ArtistSongs):
    """An artist, and how many tracks are wanted."""


class SongsLikeTrack(ArtistSongs):
    """A track or an album, and how many tracks are wanted."""

    artist: Optional = ""


class ArtistRef(BaseModel):
    """An artist, by what Navidrome finds them in the library."""

    name: str
    mbid: str | None = None


class SongRef(BaseModel):
    """A track, by what Navidrome finds it in the library."""

    name: str
    mbid: str | None = None
    artist: str | None = None
    artistMbid: str | None = None  # noqa: N815 - Navidrome's name


class Artists(BaseModel):
    """Artists, the closest first."""

    artists: list[ArtistRef]


class Songs(BaseModel):
    """Tracks, the best first."""

    songs: list[SongRef]

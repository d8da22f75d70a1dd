"""What Navidrome asks its plugins, and what it takes for an answer.

The shapes are those of navidrome/navidrome: ``plugins/capabilities/metadata_agent.go`` at commit
2be6d65619d1482b31a268526f5231ed9e0aed89, ``plugins/capabilities/sonic_similarity.go`` at
725a4dac4eb02c8c045bf1d7b123bb2972b44972, ``plugins/types/types.go`` at 0e011111f5367cc1d3a19b6d0a9d0f93c26437fe.
Other fields of a request are ignored: ``id``, an item's id in Navidrome's own database, and those that later versions
add.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tigertail.service.http.parameters import whole

_LONGEST = 1000  # characters of a name: of classical works with movement and players, say


# A name may be empty: `Catalogue.find` asks the MBID first.
Name = Annotated[str, Field(max_length=_LONGEST)]
Optional = Annotated[str | None, Field(max_length=_LONGEST)]
# An int32 of Navidrome's; below 0 it counts as 0.
Count = Annotated[
    int, BeforeValidator(whole), Field(description="How many to list at most.", ge=-(2**31), lt=2**31)
]


class Asked(BaseModel):
    """What Navidrome asks."""

    model_config = ConfigDict(strict=True)


class SimilarArtists(Asked):
    """An artist, and how many others are wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "1", "name": "Кино", "limit": 5}]})

    name: Name
    mbid: Optional = None
    limit: Count


class ArtistSongs(Asked):
    """An artist, and how many of their tracks are wanted."""

    name: Name
    mbid: Optional = None
    count: Count


class SimilarSongs(ArtistSongs):
    """An artist, and how many tracks are wanted."""


class SongsLikeTrack(ArtistSongs):
    """A track or an album, and how many tracks are wanted."""

    artist: Optional = None


class Credited(Asked):
    """One artist of a track."""

    name: Optional = None


class Song(Asked):
    """A track of the library."""

    name: Name
    mbid: Optional = None
    artist: Optional = None
    artists: Annotated[list[Credited], Field(max_length=1000)] = []


class SonicTracks(Asked):
    """A track, and how many others are wanted."""

    song: Song
    count: Count


class SonicPath(Asked):
    """The ends of a path, and how many tracks it is to have."""

    start_song: Song = Field(alias="startSong")
    end_song: Song = Field(alias="endSong")
    count: Count


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


class SongMatch(BaseModel):
    """A track, and how near it is."""

    song: SongRef
    similarity: float = Field(
        description="0 to 1: share of the best affinity; on a path, of the track before."
    )


class Matches(BaseModel):
    """Tracks, the best first, or in the order of a path."""

    matches: list[SongMatch]

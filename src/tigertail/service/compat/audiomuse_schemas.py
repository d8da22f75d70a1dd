"""Shapes of AudioMuse-AI's answers, which have its names of fields; :mod:`.audiomuse` fills them.

A distance or divergence is 1 less the affinity's share of the best one's in the list; the share of a step of a path is
that of :mod:`tigertail.model.path`. The OpenAPI document has the classes by name beside those of other APIs. FastAPI
puts modules into the names of two that share one: so some say AudioMuse.
"""

from __future__ import annotations

from pydantic import BaseModel, Field


class FoundTrack(BaseModel):
    """A track."""

    item_id: str
    title: str
    author: str
    album: str = Field(description="Always unknown: models do not have it.")
    album_artist: str


class SimilarTrack(FoundTrack):
    """A track of a list."""

    distance: float = Field(description="0 to 1: what the affinity lacks to the best one's.")


class AudioMuseSimilarArtist(BaseModel):
    """An artist of a list."""

    artist: str
    artist_id: str
    divergence: float = Field(description="0 to 1: what the affinity lacks to the best one's.")


class PathTrack(FoundTrack):
    """A track of a path."""

    embedding_vector: list[float] = Field(description="Always empty.")


class Path(BaseModel):
    """A path."""

    path: list[PathTrack]
    total_distance: float = Field(description="Sum of the distances of its steps.")


class AudioMuseError(BaseModel):
    """Why there is no answer."""

    error: str

"""Requests to ListenBrainz Labs, and the shapes of its answers."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

MAX_PARTS: Final = 100  # rows of a request, and MBIDs of a row
ALGORITHM: Final = "Any text: the current model answers."
MBID_PATTERN: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SCORE: Final = "The larger the closer; 10,000 is the closest to the one asked about, whether listed or not."


class LabsSimilarArtist(BaseModel):
    """An artist of a list."""

    artist_mbid: str
    name: str
    comment: str = Field(description="Empty: the service has none.")
    type: str | None = Field(description="Always null: models do not have it.")
    gender: str | None = Field(description="Always null: models do not have it.")
    score: int = Field(description=_SCORE)
    reference_mbid: str = Field(description="Which of the artists asked about it is like.")


class SimilarRecording(BaseModel):
    """A recording of a list."""

    recording_mbid: str
    recording_name: str
    artist_credit_name: str
    artist_credit_mbids: list[str] | None  # null where the catalogue has none
    release_name: str | None = Field(description="Always null: models do not have it.")
    release_mbid: str | None = Field(description="Always null: models do not have it.")
    caa_id: int | None = Field(description="Null: the service has no covers.")
    caa_release_mbid: str | None = Field(description="Null: the service has no covers.")
    score: int = Field(description=_SCORE)
    reference_mbid: str = Field(description="Which of the recordings asked about it is like.")


class LabsError(BaseModel):
    """Why there is no answer."""

    code: int  # the HTTP status
    error: str


def _takes_lone(one: str) -> Any:
    """Return a check that takes a lone MBID for a list of one, under either name, or both."""
    several = f"{one}s"

    def taken(row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        given = [row[name] for name in (several, one) if row.get(name) is not None]
        asked = [mbid for some in given for mbid in (some if isinstance(some, list) else [some])]
        return {**row, several: asked}

    return model_validator(mode="before")(taken)


Mbids = Annotated[list[UUID], Field(min_length=1, max_length=MAX_PARTS)]
Algorithm = Annotated[str, Field(min_length=1, description=ALGORITHM)]


class ArtistRequest(BaseModel):
    """Which artists others are to be like."""

    artist_mbids: Mbids
    algorithm: Algorithm

    _list_of_one = _takes_lone("artist_mbid")


class RecordingRequest(BaseModel):
    """Which recordings others are to be like."""

    recording_mbids: Mbids
    algorithm: Algorithm

    _list_of_one = _takes_lone("recording_mbid")

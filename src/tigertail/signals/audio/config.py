"""Settings of the audio signal."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AudioConfig(BaseModel):
    """How descriptors of sound become an affinity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: Literal["none", "factors", "labels", "both"] = "factors"
    """What the descriptors are taught to foretell: the base model's item vectors, the items' labels, both
    side by side, or nothing: then the descriptors themselves are compared."""
    ignored: tuple[str, ...] = ("count", "key", "mode", "popularity")
    """Columns that are no descriptors: two that tell no sound, and two that a distance makes no sense of,
    the key being a circle."""
    spread: float = Field(0.5, ge=0)
    """Weight of how much an item's clips differ, beside what they have in common."""
    evidence: int = Field(1, ge=1)
    """Listeners below which an item's vector teaches nothing."""
    labels: int = Field(200, ge=1)
    """Labels learned from, those of most items."""
    width: float = Field(2.0, gt=0)
    """How quickly the kernel falls with distance, in units of the number of descriptors."""
    penalty: float = Field(0.3, gt=0)
    """Penalty of the ridge regression."""
    landmarks: int = Field(2_000, ge=1)
    """Items that the kernel is spanned by; with as many as teach it is exact."""
    leave_out: bool = True
    """Whether an item's prediction leaves out what it and its artist taught, so that it tells of sound alone."""
    hubness: Literal["none", "mutual"] = "none"
    """Whether affinities are turned into mutual proximities, so that no item is everybody's neighbour."""
    seed: int = 0
    """Seed of the choice of landmarks."""

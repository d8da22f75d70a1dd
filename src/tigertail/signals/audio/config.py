"""Settings of the audio signal."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AudioConfig(BaseModel):
    """How descriptors of sound become an affinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    targets: Literal["none", "factors", "labels", "both"] = "factors"
    """What the descriptors predict: the item vectors of the base model, the items' labels, both, or nothing: then the
    descriptors themselves are compared. All four are measured in docs/signals-audio.md: "factors" needs no labels
    and is as good as "both"; "labels" is for catalogues without plays, "none" for those with neither."""
    ignored: tuple[str, ...] = ("count", "key", "mode", "popularity")
    """Columns that are not used: two do not describe sound, and for two a distance has no meaning (the key is a
    circle)."""
    spread: float = Field(0.5, ge=0)
    """Weight of how much an item's clips differ, beside what they have in common. Above 0, where clips do differ, each
    descriptor is two features: its mean and how much it differs."""
    min_listeners: int = Field(1, ge=1)
    """Least listeners of an item whose vector is a target."""
    labels: int = Field(200, ge=1)
    """Labels learned from, those of most items."""
    width: float = Field(2.0, gt=0)
    """How quickly the kernel falls: it is exp(-width * squared distance / number of features)."""
    penalty: float = Field(0.3, gt=0)
    """Penalty of the ridge regression."""
    landmarks: int = Field(2_000, ge=1)
    """Items that the kernel is spanned by; with as many as there are targets it is exact."""
    leave_out: bool = True
    """Whether the prediction of an item with a target leaves out that target and its artist's, so that it depends on
    sound alone. An item without one is predicted from all targets, those of its artist too."""
    hubness: Literal["none", "mutual"] = "none"
    """Whether affinities are turned into mutual proximities, so that no item is a neighbour of most others. Measured in
    docs/signals-audio.md: it is better between clips, and worse for listeners."""
    seed: int = Field(0, ge=0)
    """Seed of the choice of landmarks."""

"""Settings of the local models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ListeningConfig(BaseModel):
    """How listeners are grouped, what each group learns, and how much of it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: Literal["country", "country-language", "learned", "none"] = "country"
    """What listeners are grouped by; "learned" groups them by what they play."""
    min_group_size: int = Field(50, ge=1)
    """Listeners below which a place falls back to its region, and a learned group is dissolved."""
    clusters: int = Field(20, ge=1)
    """How many groups are learned, at most."""
    min_listeners: int = Field(2, ge=1)
    """Listeners in a group below which an item has no vector of its own there."""
    shrinkage: float = Field(600.0, gt=0)
    """Listeners of an item in a group at which its data there weigh as much as the world's vector."""
    listener_exponent: float = Field(0.5, ge=0, le=1)
    """How much less a listener of many items counts for each: 0 not at all, 1 all listeners count the same."""
    prior: float = Field(1.0, ge=0)
    """Weight of the factors' expectation, relative to the counts of common listeners."""
    exposure: float | None = Field(None, ge=0, le=1)
    """How much more a common listener counts where fewer of the query's could play the answer: 0 not at all, 1 as if
    all could. None means that it is learned with the mixture, and 0 where there is none."""
    beta: float = Field(0.2, ge=0, le=2)
    """Popularity exponent of the affinity: 0 is the plain probability, more ranks stars lower."""
    lens: float = Field(0.5, ge=0, le=1)
    """Strength of the lens where a query names a place and no strength."""
    lens_smoothing: float = Field(3.0, gt=0)
    """Listeners of an item added to those counted in a place and to those expected there."""
    lens_evidence: float = Field(25.0, gt=0)
    """Listeners of the query at which, under a lens of strength 1, a listener from there counts twice."""

    @property
    def placed(self) -> bool:
        """Whether the groups are those of places, from which a question can be asked."""
        return self.groups in ("country", "country-language")

"""Settings of the mixture."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class MixtureConfig(BaseModel):
    """What is mixed, and how the mixture is learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signals: tuple[str, ...] = ()
    """Signals that take part; none named means all there are but ``factors`` and ``co-listening``, which
    ``listening`` contains."""
    weights: Literal["by query", "constant"] = "by query"
    """Whether weights depend on how well the query is known."""
    beta: float = Field(0.54, ge=0, le=2)
    """Popularity exponent of the affinity: 0 is the plain probability, more ranks stars lower."""
    held_out: float = Field(0.2, gt=0, lt=1)
    """Share of listeners the mixture is learned from; signals are fitted to the others meanwhile."""
    max_listeners: int = Field(3000, ge=10)
    """Most listeners it is learned from."""
    candidates: int = Field(60, ge=1)
    """Best answers of each signal that it learns from, at each of three settings of the popularity dial."""
    background: int = Field(300, ge=0)
    """Other items it learns from beside them: so many of the most popular, and so many at random."""
    balance: float = Field(0.5, ge=0, le=1)
    """How much the strata of queries count alike: 0 by their hits, 1 each the same."""
    correction: float = Field(0.0, ge=0, le=1)
    """How much a hit on a popular item counts less: by its listeners to this power."""
    lists: float = Field(0.02, ge=0, lt=1)
    """Share of the training hits from curated lists, where they are given; the rest is held-out listeners'."""
    feedback: float = Field(0.02, ge=0, lt=1)
    """Most share of the training hits from listeners' feedback, where it is given; with ``lists`` below 1."""
    penalty: float = Field(30.0, gt=0)
    """Hits that the coefficients' prior is worth."""

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.lists + self.feedback >= 1:
            raise ValueError(
                "lists and feedback together must be below 1: the rest is the share of held-out listeners"
            )
        return self

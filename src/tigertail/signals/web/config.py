"""Settings of the web signal."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class WebConfig(BaseModel):
    """Settings of the web signal. A part of weight 0 is not computed.

    The defaults were the best of some tried by hand on listeners held out inside the training part of the
    dataset of ``recipes/web.toml``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    co_mention_weight: float = Field(1.0, ge=0)
    """Weight of mentions near each other."""
    page_mention_weight: float = Field(0.3, ge=0)
    """Weight of mentions on each other's own page."""
    text_similarity_weight: float = Field(3.0, ge=0)
    """Weight of similar pages."""
    window: int = Field(200, ge=1, le=10_000)
    """Words within which two mentions are near each other."""
    shrinkage: float = Field(3.0, ge=0)
    """Shrinkage of mentions near each other: where n documents have them, the affinity is multiplied by
    n / (n + shrinkage)."""
    max_terms_per_page: int = Field(400, ge=1)
    """Words kept per item, over all its pages: those with the largest TF-IDF weights."""
    max_document_frequency: float = Field(0.2, gt=0, le=1)
    """Share of the items with pages above which a word is ignored, as scikit-learn's ``max_df``; one that two items use
    counts in any case."""
    beta: float = Field(-0.1, ge=-1, le=1)
    """Popularity exponent: the affinity to an item is divided by (1 + its listeners) to this power; below 0 favours
    popular items."""
    neighbours: int = Field(200, ge=1)
    """Neighbours kept per item."""

    @model_validator(mode="after")
    def _some_part(self) -> Self:
        if self.co_mention_weight == self.page_mention_weight == self.text_similarity_weight == 0:
            raise ValueError("all weights are 0: make one of them positive")
        return self

"""Settings of the annotation signal."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class AnnotationConfig(BaseModel):
    """Settings of the annotation signal.

    The defaults were chosen on inner held-out listeners, of HetRec alone and with DBpedia's facts beside it, and on
    a simulated world with spammers (see docs/signals-annotation.md).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    beta: float = Field(0.75, ge=0, le=2)
    """Popularity exponent: 1 is the cosine; less lets items rise of which much is said."""
    norm_floor: float = Field(5.0, ge=0)
    """Length of an item's vector below which it is not called long: lone labels do not make a near neighbour."""
    power: float = Field(0.5, gt=0, le=1)
    """Exponent of the number of believed opinions: how little the tenth adds to the first."""
    co_annotation_weight: float = Field(0.8, ge=0)
    """Weight of being annotated by the same people, whatever they say; 0 leaves that out."""
    facets: dict[str, float] = {"home": 0.5, "hometown": 0.5, "birth place": 0.5, "associated band": 0.5}
    """Weight of each facet; 1 where nothing is said, 0 leaves a facet out."""
    expert: float = Field(1.0, ge=0)
    """Fully believed opinions of the crowd that an expert's word is worth, where both agree or one is silent."""
    contested: float = Field(0.3, ge=0, le=1)
    """What is left of the crowd's opinion in a facet where an expert spoke of the item and said otherwise."""
    estimate_reliability: bool = True
    """Whether to find out whom to believe; otherwise every opinion of the crowd counts in full."""
    smoothing: float = Field(10.0, gt=0)
    """Opinions about an item it takes until they outweigh chance as a standard of agreement."""
    spam_tolerance: float = Field(0.1, ge=0, le=1)
    """How much agreement a label needs that its annotator puts on everything: on a share of s of their rows, it
    must be found on more than this times s of what others say of the item."""

    @field_validator("facets")
    @classmethod
    def _not_negative(cls, facets: dict[str, float]) -> dict[str, float]:
        for facet, weight in facets.items():
            if not 0 <= weight < float("inf"):
                raise ValueError(f"the weight of '{facet}' is {weight:g}: no number from 0 up")
        return facets

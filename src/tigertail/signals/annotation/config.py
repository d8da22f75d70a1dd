"""Settings of the annotation signal."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat


class AnnotationConfig(BaseModel):
    """Settings of the annotation signal.

    The defaults were chosen on inner held-out listeners, on other ground truths (of curated lists one half), and on a
    simulated world with spammers (see docs/signals-annotation.md).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    beta: float = Field(0.75, ge=0, le=2)
    """Exponent of the norm of an item's label vector: 1 is the cosine; less favours items with many labels."""
    norm_floor: float = Field(5.0, ge=0)
    """Added, squared, to the squared length of an item's vector: one label alone does not make a near neighbour."""
    opinion_exponent: float = Field(0.5, gt=0, le=1)
    """Exponent of the sum of reliable opinions: below 1 each further opinion adds less."""
    co_annotation_weight: float = Field(0.8, ge=0)
    """Weight of annotators in common, whatever their labels, beside facets of weight 1; 0 leaves that out."""
    facets: dict[str, NonNegativeFloat] = {
        "home": 0.5,
        "hometown": 0.5,
        "birth place": 0.5,
        "associated band": 0.5,
        "label": 0.5,
        "instrument": 0.5,
    }
    """Weight of each facet, by its exact name; 1 for one that is not named, 0 leaves a facet out. A table that is given
    takes the place of this one as a whole."""
    expert_weight: float = Field(1.0, ge=0)
    """Weight of an expert's annotation, in fully reliable opinions of the crowd."""
    contested_weight: float = Field(0.6, ge=0, le=1)
    """What the crowd's opinion keeps in a facet where an expert gives the item other labels; 1 is all of it."""
    estimate_reliability: bool = True
    """Whether to estimate the reliability of annotators; otherwise every opinion of the crowd counts in full."""
    smoothing: float = Field(10.0, gt=0)
    """Pseudo-count of opinions: with so many on an item, observed agreement and agreement by chance count equally."""
    spam_tolerance: float = Field(0.1, ge=0, le=1)
    """Tolerance for a label that one annotator uses often. Let s be its share of their opinions, to which ten of other
    labels are added. Chance then gives it ``spam_tolerance * s`` of the other opinions on an item at least. An opinion
    loses weight where fewer of them are this label."""

    prediction_weight: float = Field(0.25, ge=0, lt=1)
    """Share in the affinity of the listening that labels predict, below 1; 0 leaves that out."""
    prediction_penalty: float = Field(1.0, gt=0)
    """Penalty of the ridge regression that predicts it, where items have rows of length 1 at most."""
    prediction_min_listeners: int = Field(5, ge=1)
    """Listeners of an item from which on it is an example for that regression."""

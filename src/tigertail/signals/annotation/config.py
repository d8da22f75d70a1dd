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
    """Exponent of the norm of the answer's vector of labels and annotators: a lower one favours items of which much is
    said; 1 is the cosine where ``norm_floor`` is 0."""
    norm_floor: float = Field(5.0, ge=0)
    """Length of the answer's vector at which it keeps 0.71 of its affinity (with a ``beta`` of 1), so that one label
    alone does not make a near neighbour: added, squared, to the squared length. It scales the rows of the regression
    below in the same way."""
    place_share: float = Field(0.1, gt=0, le=1)
    """What the square of a place's weight counts, where that of any other label counts 1, in how much is known of a
    query: items of one place may be of any genre. A mixture counts annotations the less, the less is known."""
    opinion_exponent: float = Field(0.5, gt=0, le=1)
    """Exponent of the sum of reliable opinions that give one item one label, an expert's included: below 1 each further
    opinion adds less."""
    co_annotation_weight: float = Field(0.8, ge=0)
    """Weight of annotators in common, whatever their labels, relative to a facet of weight 1; 0 leaves that out."""
    facets: dict[str, NonNegativeFloat] = {
        "home": 0.5,  # as it comes from The Echo Nest
        "hometown": 0.5,  # as it comes from DBpedia
        "birth place": 0.5,
        "associated band": 0.5,
        "label": 0.5,  # the record label
        "instrument": 0.5,
    }
    """Weight of each facet, by its exact name; 1 for one that is not named, 0 leaves a facet out. A table that is given
    takes the place of this one as a whole."""
    expert_weight: float = Field(1.0, ge=0)
    """Weight of an expert's annotation, as a number of fully reliable opinions of the crowd."""
    contested_weight: float = Field(0.6, ge=0, le=1)
    """What the crowd's opinion keeps in a facet where an expert gives the item other labels; 1 is all of it."""
    estimate_reliability: bool = True
    """Whether to estimate the reliability of annotators; otherwise every opinion of the crowd counts in full."""
    smoothing: float = Field(10.0, gt=0)
    """Pseudo-count of opinions: with this many of others on an item, observed agreement and agreement by chance count
    equally."""
    spam_tolerance: float = Field(0.1, ge=0, le=1)
    """How much agreement a label needs that its annotator puts on everything: the opinion gains only where more than
    about this share of the others' opinions on the item are the label. More is stricter (c_ul in reliability.py)."""

    prediction_weight: float = Field(0.25, ge=0, lt=1)
    """Share that predicted listening has in the affinity, below 1; 0 leaves that out."""
    prediction_penalty: float = Field(1.0, gt=0)
    """Penalty of the ridge regression that predicts it from rows of length 1 at most (see ``norm_floor``)."""
    prediction_min_listeners: int = Field(5, ge=1)
    """Listeners of an item from which on it is an example for that regression."""

"""Why annotations link two items: the labels they share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tigertail.signals.evidence import (
    NO_EVIDENCE,
    PLACE_FACETS,
    PLAIN_FACETS,
    Evidence,
    Fact,
    Name,
    named_place,
)

# A table may have facets of these names, but no label without a name.
ANNOTATOR: Final = "annotator"  # the facet of being annotated by the same people, which has no name
PREDICTION: Final = "prediction"  # the facet of labels that predict the same listening, which has no name
MAX_LABELS: Final = 3  # labels named, of kernels.LOOKED_AT links

_SAME_ANNOTATORS: Final = Fact("same_annotators")
_ONLY_ANNOTATORS: Final = Evidence((_SAME_ANNOTATORS,))
ONLY_PREDICTED: Final = Evidence.of("predicted_by_labels")


def label_name(facet: str, name: str) -> Name:
    """Return a label as evidence names it.

    Examples
    --------
    >>> label_name("home", "from Wales")
    Name(key='home', name='Wales')
    """
    return Name(facet, name.removeprefix("from ") if facet in PLACE_FACETS else name)


def shared_labels(shared: Iterable[Name]) -> Evidence:
    """Return what labels tell of two items that share them.

    Parameters
    ----------
    shared
        The shared labels, as :func:`label_name` names them, the one that links the items most first. The people who
        annotate both are named where they link them most, or where no label does. What the labels of both predict is
        named where neither does.

    Examples
    --------
    >>> labels = [("genre", "post-punk"), ("tag", "coldwave"), ("hometown", "Berlin"), ("label", "4AD")]
    >>> shared_labels([Name(*label) for label in labels]).words
    'both post-punk, coldwave, from Berlin'
    >>> shared_labels([Name("annotator", ""), Name("home", "US"), Name("mood", "sad")]).words
    'tagged by the same people, both from the United States, of mood sad'
    """
    shown: list[Name] = []
    plain: list[str] = []
    places: list[Name] = []
    people = predicted = first = False
    for label in shared:
        facet, name = label
        if facet in PLAIN_FACETS:
            if (folded := name.casefold()) in plain:
                continue
            plain.append(folded)
        elif facet in PLACE_FACETS:
            if any(_covers(place, label) for place in places):
                continue
            places.append(label)
        elif facet == ANNOTATOR and not name:
            people, first = True, not (shown or predicted)
            continue
        elif facet == PREDICTION and not name:
            predicted = True
            continue
        shown.append(label)
        if len(shown) == MAX_LABELS:
            break
    if not shown:
        return _ONLY_ANNOTATORS if people else ONLY_PREDICTED if predicted else NO_EVIDENCE
    labels = Fact("shared_labels", None, tuple(shown))
    return Evidence((_SAME_ANNOTATORS, labels) if first else (labels,))


def predicted_by(labels: Iterable[Name]) -> Evidence:
    """Return what labels tell of two items that share none.

    Parameters
    ----------
    labels
        The label of each of the two that leads most to the listeners of the other, of those that have one.

    Examples
    --------
    >>> predicted_by([Name("genre", "grime"), Name("tag", "hip hop")]).words
    'with labels that lead to the same listeners: grime, hip hop'
    >>> predicted_by([]).words
    'with labels that lead to the same listeners'
    """
    named = tuple(dict.fromkeys(labels))
    return Evidence((Fact("leading_labels", None, named),)) if named else ONLY_PREDICTED


def _covers(place: Name, other: Name) -> bool:
    """Return whether a place that is shown implies another: the same, or one after a comma; a country also by code."""
    shown, further = (named_place(*one).casefold() for one in (place, other))
    _, comma, last = place.name.rpartition(", ")
    around = f"{place.name}, {named_place('country', last)},".casefold() if comma else ""
    return shown == further or f", {further}," in around

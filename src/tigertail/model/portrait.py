"""What a model knows about one item, apart from its list: where its listeners are, and what people say of it.

Neither tells of few people: a place with fewer than five of an item's listeners is not named, and a label of the crowd
is that of two people or more.
"""

from __future__ import annotations

import sys
from itertools import starmap
from typing import Final

from tigertail.model.model import Model
from tigertail.model.registry import ANNOTATION, LISTENING
from tigertail.signals.annotation.explain import label_name
from tigertail.signals.contract import HasLabels, groups_of
from tigertail.signals.evidence import named_place
from tigertail.signals.listening.groups import MIN_LISTENERS_THERE, sums_by_place

MIN_PEOPLE: Final = 2  # who say the same of an item
MAX_LABELS: Final = 16


def listener_shares(model: Model, item: int) -> dict[str, float]:
    """Return where the listeners of an item are.

    Parameters
    ----------
    model
        The model.
    item
        Code of the item.

    Returns
    -------
    dict[str, float]
        The share of its listeners in each country or region, the largest first. A country without a group of its own
        counts to its region, so a region's share is without the countries that have one
        (:func:`tigertail.signals.listening.groups.by_place`). Left out are places with fewer than
        :data:`~tigertail.signals.listening.groups.MIN_LISTENERS_THERE` of them, countries of which no region has a
        group either, and the unknown; these are still counted in the whole, so that shares may add up to less than 1.
        Empty where listeners are not grouped by place.
    """
    listening = model.signals.get(LISTENING)
    groups = groups_of(listening)
    if groups is None or not groups.placed:
        return {}
    counts = groups.listeners_by_group(item).tolist()
    by_place = sums_by_place(groups.keys, counts[:-1])  # the last are listeners of no group
    return {place: count / sum(counts) for place, count in by_place.items() if count >= MIN_LISTENERS_THERE}


def labels(model: Model, item: int) -> list[tuple[str, str]]:
    """Return what people say of an item.

    Parameters
    ----------
    model
        The model.
    item
        Code of the item.

    Returns
    -------
    list[tuple[str, str]]
        Facet and name of each label as evidence names it (:func:`tigertail.signals.annotation.explain.label_name`),
        the one that says most first. No name comes twice, and a country not as its code and by its name.
        :data:`MAX_LABELS` at most.
    """
    annotation = model.signals.get(ANNOTATION)
    if not isinstance(annotation, HasLabels):
        return []
    found = annotation.labels_of(item, sys.maxsize, MIN_PEOPLE)  # all: a name may be in any number of facets
    by_name: dict[str, tuple[str, str]] = {}
    for label in starmap(label_name, found):
        by_name.setdefault(named_place(*label).casefold(), label)
    return list(by_name.values())[:MAX_LABELS]

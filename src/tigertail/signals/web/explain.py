"""What documents contain about two items together, in numbers and in words."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from tigertail.signals.phrases import format_count

ALIKE: Final = "similar text on their pages"


class Evidence(NamedTuple):
    """What documents contain about two items together.

    Attributes
    ----------
    documents
        Documents in which they are mentioned beside each other.
    mentions_of_b_on_a, mentions_of_a_on_b
        How often each one's own pages mention the other.
    """

    documents: int
    mentions_of_b_on_a: int
    mentions_of_a_on_b: int


@lru_cache(1024)
def format_evidence(evidence: Evidence) -> str:
    """Return in words where documents mention two items together; "" where nowhere.

    Examples
    --------
    >>> format_evidence(Evidence(4, 0, 2))
    "mentioned together on 4 pages, named on the other's page"
    >>> format_evidence(Evidence(0, 1, 3)), format_evidence(Evidence(1, 0, 0))
    ("each named on the other's page", 'mentioned together on 1 page')
    """
    parts = []
    if evidence.documents:
        parts.append(f"mentioned together on {format_count(evidence.documents, 'page')}")
    there = (evidence.mentions_of_b_on_a > 0) + (evidence.mentions_of_a_on_b > 0)
    if there:
        parts.append(f"{'each ' if there == 2 else ''}named on the other's page")
    return ", ".join(parts)

"""What documents contain about two items together, in numbers and as evidence."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from tigertail.signals.evidence import Evidence, Fact

SIMILAR_TEXT: Final = Evidence.of("similar_text")
_ON_PAGES: Final = (None, Fact("named_on_page"), Fact("each_named_on_page"))


class MentionCounts(NamedTuple):
    """How often documents mention two items together.

    Parameters
    ----------
    documents
        Documents in which they are mentioned near each other.
    mentions_of_b_on_a, mentions_of_a_on_b
        How often each one's own pages mention the other.
    """

    documents: int
    mentions_of_b_on_a: int
    mentions_of_a_on_b: int


def mention_evidence(counts: MentionCounts) -> Evidence:
    """Return where documents mention two items together; to a reader each such document is a page.

    Examples
    --------
    >>> mention_evidence(MentionCounts(4, 0, 2)).words
    "mentioned together on 4 pages, named on the other's page"
    >>> mention_evidence(MentionCounts(0, 1, 3)).words, mention_evidence(MentionCounts(1, 0, 0)).words
    ("each named on the other's page", 'mentioned together on 1 page')
    """
    return _evidence(counts.documents, (counts.mentions_of_b_on_a > 0) + (counts.mentions_of_a_on_b > 0))


@lru_cache(1024)
def _evidence(documents: int, directions: int) -> Evidence:
    together = Fact("mentioned_together", documents) if documents else None
    return Evidence(tuple(fact for fact in (together, _ON_PAGES[directions]) if fact))

"""Whether a name that nothing has is a typing error for one that something has, or simply unknown.

Its log odds are estimated by logistic regression: typing errors in names of a catalogue against names that it lacks but
that are one letter from one of its own. ``benchmarks/name_correction.py`` fits it and measures it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log2
from typing import Final

from rapidfuzz.distance import OSA, Prefix

SHORTEST: Final = 6
"""Letters, without spaces, of a name that a text may be corrected to; fewer are too few to tell."""
FEATURES: Final = (
    "letters",  # of the name, log2
    "letters of the word",  # that has the error, log2
    "listeners",  # log2
    "first",  # the first letter differs
    "last",  # the last letter differs
    "plural",  # all that differs is a last s
    "word",  # what is typed for a word is a word of a name
    "digit",  # a digit differs
    "swapped",  # two letters are swapped
    "vowel",  # one vowel is typed for another
    "double",  # a letter is single for double, or the other way round
    "spaces",  # the number of words differs
)
WEIGHTS: Final = (1.67, -1.06, 0.33, -0.41, -1.15, -1.98, -3.25, -4.64, 2.08, -1.60, -1.24, -7.36)
INTERCEPT: Final = -1.90
"""The regression's, moved until the share ``FALSE`` of the names that the benchmark's catalogue lacks is above 0."""
_VOWELS: Final = frozenset("aeiouy")


def log_odds(values: Sequence[float]) -> float:
    """Return the log odds that it is a typing error, from what :func:`features` found; above 0 it is taken for one."""
    return INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))


def features(typed: str, name: str, listeners: int, is_word: Callable[[str], bool]) -> list[float] | None:
    """Return the :data:`FEATURES` of a typing error.

    None where it is out of the question: the name is short, or without spaces the two do not differ by exactly one
    letter, or by two that are swapped.

    Parameters
    ----------
    typed, name
        What is typed, and the name it may stand for, both by :func:`~tigertail.dataset.folding.fold`.
    listeners
        Listeners of what has the name.
    is_word
        Whether a text is a word of a name.
    """
    left, right = typed.replace(" ", ""), name.replace(" ", "")
    if len(right) < SHORTEST or OSA.distance(left, right, score_cutoff=1) != 1:
        return None
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    wrong, meant = left[start : len(left) - end], right[start : len(right) - end]
    words, typed_words = name.split(), typed.split()
    if len(words) == len(typed_words):
        differ = [(one, other) for one, other in zip(typed_words, words, strict=True) if one != other]
        changed, meant_words = [one for one, _ in differ], [other for _, other in differ]
    else:
        changed = [word for word in typed_words if word not in words]
        meant_words = [word for word in words if word not in typed_words]
    return [
        log2(len(right)),
        log2(max(map(len, meant_words), default=len(right))),
        log2(1 + listeners),
        start == 0,
        end == 0,
        end == 0 and (wrong, meant) in (("s", ""), ("", "s")),
        bool(changed) and all(map(is_word, changed)),
        any(map(str.isdigit, wrong + meant)),
        sorted(wrong) == sorted(meant),
        bool(wrong) and bool(meant) and {wrong, meant} <= _VOWELS,
        (wrong == "") != (meant == "") and (wrong or meant) == left[:start][-1:],
        len(words) != len(typed_words),
    ]


def _common(left: str, right: str) -> int:
    """Return how many letters two texts have in common from the first on."""
    return Prefix.similarity(left, right)

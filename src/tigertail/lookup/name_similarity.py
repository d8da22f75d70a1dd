"""How well a name answers what has been typed so far, from 0 to 1.

What is typed may be the whole name, its beginning, words of it in any order with the last one unfinished, and each
with letters wrong, missing, added or swapped. Each word typed is looked for alone: one word of a name may answer two.
In up to 12 letters, what kind of answer a name is counts less than any mistake. From 20 on, two mistakes cost no more
than one. Names of one kind with as many mistakes are equally good.

Both lengths follow from the numbers below: 0.92 * (1 - 0.1) is above 0.99 * (1 - 2 / 12), and 2 / 20 is 0.1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

EXACT_MATCH: Final = 1.0  # the name itself
OTHER_SPACES: Final = 0.99  # the name but for its spaces
PREFIX_MATCH: Final = 0.95  # its beginning, or one of its words
WORD_PREFIX_MATCH: Final = 0.93  # the beginning of a word
WORDS_MATCH: Final = 0.92  # several words of it, in any order
MIN_MISTAKE_COST: Final = 0.1  # share of the match that any mistakes cost at least
MAX_MISTAKES: Final = 0.4  # share of the letters typed that may be mistakes
_UNFINISHED: Final = 0.5  # mistakes that a word cut short counts as, if it is not the last
# Thai, Lao, Tibetan and Burmese; Khmer; Chinese, Japanese and Korean, whose words are often joined.
_FEW_SPACES: Final = re.compile("[\u0e00-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\U0010ffff]")

Floats = NDArray[np.float64]


def closeness(query: str, names: Sequence[str], names_with_article: Sequence[str] | None = None) -> Floats:
    """Return how well each of some names answers a query.

    Parameters
    ----------
    query
        What is typed, folded as the names are; not blank.
    names
        Folded names, at least one; none is blank.
    names_with_article
        The same with the article that folding leaves out, which may be typed as well.

    Returns
    -------
    numpy.ndarray
        From 0, not at all, to 1, exactly; float64, (names,).

    Examples
    --------
    >>> closeness("pink fl", ["pink floyd", "pin", "floyd pink", "floyd"]).tolist()
    [0.95, 0.0, 0.92, 0.0]
    >>> closeness("nrivana", ["nirvana", "nirvana tribute band", "nero"]).round(2).tolist()
    [0.85, 0.81, 0.0]
    """
    by_words = _by_words(query, names if names_with_article is None else names_with_article)
    return np.maximum(_as_a_whole(query, names), by_words)


def _as_a_whole(query: str, names: Sequence[str]) -> Floats:
    """Compare what is typed with each name and its beginnings; spaces do not count."""
    typed = query.replace(" ", "")
    solid = [name.replace(" ", "") for name in names]
    whole = _mistakes(typed, solid)
    prefix = _prefix_mistakes(typed, solid)
    kind = np.where(whole <= prefix, OTHER_SPACES, PREFIX_MATCH)
    match = _match(kind, np.minimum(whole, prefix), len(typed))
    match[[name == query for name in names]] = EXACT_MATCH
    return match


def _by_words(query: str, names: Sequence[str]) -> Floats:
    """Compare words in any order; only the last one typed may be unfinished."""
    typed = query.split()
    split = [name.split() for name in names]
    words = list(dict.fromkeys(word for one in split for word in one))
    index_of = {word: number for number, word in enumerate(words)}
    flat = np.array([index_of[word] for one in split for word in one], np.int64)
    starts = np.cumsum([0, *(len(one) for one in split[:-1])])
    total = np.zeros(len(names))
    kind = np.full(len(names), PREFIX_MATCH if len(typed) == 1 else WORDS_MATCH)
    for number, word in enumerate(typed):
        whole, prefix = _mistakes(word, words), _prefix_mistakes(word, words)
        if number == len(typed) - 1:
            prefix = np.where([_inside(word, one) for one in words], 0, prefix)
        else:
            prefix = prefix + _UNFINISHED
        # A word that nothing answers is wrong in every letter.
        mistakes = np.minimum(np.minimum(whole, prefix), len(word))
        total += np.minimum.reduceat(mistakes[flat], starts)
        if len(typed) == 1:
            kind[total < np.minimum.reduceat(whole[flat], starts)] = WORD_PREFIX_MATCH
    return _match(kind, total, sum(map(len, typed)))


def _inside(word: str, other: str) -> bool:
    """Return whether a word is inside another of a script with few spaces, where any letter may begin a word."""
    return _FEW_SPACES.match(word) is not None and word in other


def _mistakes(typed: str, names: Sequence[str]) -> Floats:
    """Return the optimal string alignment distance of each name to what is typed; infinite if more than allowed."""
    allowed = int(MAX_MISTAKES * len(typed))
    counted = cdist([typed], names, scorer=OSA.distance, score_cutoff=allowed, dtype=np.int32)[0]
    return np.asarray(np.where(counted > allowed, np.inf, counted))


def _prefix_mistakes(typed: str, names: Sequence[str]) -> Floats:
    """Return the same for the nearest beginning of each name; lengths may differ by two letters."""
    difference = min(2, int(MAX_MISTAKES * len(typed)))
    lengths = range(len(typed) - difference, len(typed) + difference + 1)
    counted = [_mistakes(typed, [name[:length] for name in names]) for length in lengths]
    return np.asarray(np.minimum.reduce(counted))


def _match(kind: Floats, mistakes: Floats, letters: int) -> Floats:
    """Return the match of each kind of answer, less the share of the letters typed that are mistakes."""
    wrong = mistakes > MAX_MISTAKES * letters
    cost = np.where(mistakes > 0, np.maximum(MIN_MISTAKE_COST, mistakes / letters), 0)
    return np.asarray(np.where(wrong, 0, kind * (1 - cost)))

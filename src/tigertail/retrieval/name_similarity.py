"""How well a name answers what has been typed so far, from 0 to 1.

What is typed may be the whole name, its beginning, words of it in any order with the last one unfinished, and each
with letters wrong, missing, added or swapped. What kind of answer a name is counts less than any mistake, so that
names of one kind with as many mistakes are equally good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

EXACT: Final = 1.0  # the name itself
SPACED: Final = 0.99  # but for its spaces
BEGUN: Final = 0.95  # its beginning, or one of its words
BEGUN_WORD: Final = 0.93  # the beginning of a word
WORDS: Final = 0.92  # several words of it, in any order
MISTAKE: Final = 0.1  # the least that a mistake costs
TOLERATED: Final = 0.4  # of the letters typed, rounded down
_UNFINISHED: Final = 0.5  # mistakes that a word cut short counts as, if it is not the last

Floats = NDArray[np.float64]


def closeness(query: str, names: Sequence[str], words: Sequence[str] | None = None) -> Floats:
    """Say how well each of some names answers a query.

    Parameters
    ----------
    query
        What is typed, folded as the names are.
    names
        Folded names.
    words
        The same with words that folding leaves out, which may be typed as well.

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
    return np.maximum(_as_a_whole(query, names), _by_words(query, names if words is None else words))


def _as_a_whole(query: str, names: Sequence[str]) -> Floats:
    """Compare letter by letter from the first on; spaces do not count."""
    typed = query.replace(" ", "")
    solid = [name.replace(" ", "") for name in names]
    whole = _mistakes(typed, solid)
    begun = _begun(typed, solid)
    kind = np.where(whole <= begun, SPACED, BEGUN)
    worth = _worth(kind, np.minimum(whole, begun), len(typed))
    worth[[name == query for name in names]] = EXACT
    return worth


def _by_words(query: str, names: Sequence[str]) -> Floats:
    """Compare words in any order; only the last one typed may be unfinished."""
    typed = query.split()
    split = [name.split() for name in names]
    words = list(dict.fromkeys(word for one in split for word in one))
    place = {word: number for number, word in enumerate(words)}
    flat = np.array([place[word] for one in split for word in one], np.int64)
    starts = np.cumsum([0, *(len(one) for one in split[:-1])])
    total = np.zeros(len(names))
    kind = np.full(len(names), BEGUN if len(typed) == 1 else WORDS)
    for number, word in enumerate(typed):
        whole, begun = _mistakes(word, words), _begun(word, words)
        if number == len(typed) - 1:
            begun = np.where([_inside(word, one) for one in words], 0, begun)
        else:
            begun = begun + _UNFINISHED
        mistakes = np.minimum(np.minimum(whole, begun), len(word))
        total += np.minimum.reduceat(mistakes[flat], starts)
        if len(typed) == 1:
            kind[total < np.minimum.reduceat(whole[flat], starts)] = BEGUN_WORD
    return _worth(kind, total, sum(map(len, typed)))


def _inside(word: str, other: str) -> bool:
    """Return whether a word is inside another of a script without spaces, where any letter may begin a word."""
    return word[0] >= "\u0e00" and word in other


def _mistakes(typed: str, names: Sequence[str]) -> Floats:
    """Return how many mistakes turn each name into what is typed; infinite if more than tolerated."""
    most = int(TOLERATED * len(typed))
    counted = cdist([typed], names, scorer=OSA.distance, score_cutoff=most, dtype=np.int32)[0]
    return np.asarray(np.where(counted > most, np.inf, counted))


def _begun(typed: str, names: Sequence[str]) -> Floats:
    """Return the same for the beginning of each name that is nearest to what is typed."""
    most = min(2, int(TOLERATED * len(typed)))
    lengths = range(len(typed) - most, len(typed) + most + 1)
    counted = [_mistakes(typed, [name[:length] for name in names]) for length in lengths]
    return np.asarray(np.minimum.reduce(counted))


def _worth(kind: Floats, mistakes: Floats, letters: int) -> Floats:
    wrong = mistakes > TOLERATED * letters
    cost = np.where(mistakes > 0, np.maximum(MISTAKE, mistakes / letters), 0)
    return np.asarray(np.where(wrong, 0, kind * (1 - cost)))

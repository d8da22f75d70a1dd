"""The names of the catalogue as an automaton (Aho and Corasick, "Efficient string matching", CACM 1975)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.errors import missing_extra
from tigertail.text.mentions.tokens import Words, spaced

# Scripts, each by the first word in the Unicode names of its characters, that put no spaces between words; Hangul
# puts them, but ties particles to its nouns.
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
# No name begins within a run of these; a name in katakana does not end within one either. (In Hangul a particle may
# follow; of Thai, which writes whole sentences as one run, only names at the beginning of one are found. In the other
# scripts of the list above a name may begin and end anywhere in a run.)
_SYLLABIC: Final = ("KATAKANA", "HANGUL", "THAI")
_SHORTEST_UNSPACED: Final = 2  # characters; a shorter name is found only as a word between spaces


class Shape(IntEnum):
    """The form of a name: a word, "the" and a word, or more words."""

    WORD = 0
    THE_WORD = 1
    LONGER = 2


@dataclass(frozen=True, eq=False)
class Matches:
    """Where names occur in a text, from left to right, without overlaps.

    Parameters
    ----------
    names
        The name of each, a row of :attr:`Names.items`; int32, (matches,).
    first, last
        Its first and last word; int64, (matches,).
    possessive
        Whether an s follows, as in "Kent's"; also in "Kents", since folding drops the apostrophe; bool, (matches,).
    """

    names: NDArray[np.int32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    possessive: NDArray[np.bool_]


class Names:
    """Every name of a catalogue that can be searched for.

    Names of punctuation only ("!!!") are left out, because in a text they are punctuation. So are names that several
    items have, because a text does not show which of them is meant.

    Parameters
    ----------
    items
        Columns item_id, name.

    Attributes
    ----------
    items
        Columns name_code, item_id, name, folded: every name that is searched for.
    code_of
        The code of each folded name.
    shapes
        The :class:`Shape` of each name; int8, (names,).
    ends_with, begins_with
        The name that is the last, and the first, word of each name, as "Dylan" of "Bob Dylan"; -1 where there is
        none; int32, (names,).
    spaced_lengths
        Characters that each name takes in a folded text, where every word has two spaces of its own; int64, (names,).
    """

    def __init__(self, items: pl.DataFrame) -> None:
        with missing_extra("web", "finding names in documents"):
            from ahocorasick_rs import AhoCorasick, MatchKind

        folded = pl.Series("folded", [fold(name) for name in items[c.NAME]], pl.String)
        table = items.select(c.ITEM_ID, c.NAME).with_columns(folded)
        meant = pl.col("folded").str.contains(r"[\p{L}\p{N}]")
        self.items = (
            table.filter(meant).unique("folded", keep="none").sort(c.ITEM_ID).with_row_index("name_code")
        )
        self.code_of = dict(zip(self.items["folded"], self.items["name_code"], strict=True))
        self.spaced_lengths = np.array([len(spaced(name)) for name in self.code_of], np.int64)
        several, the = pl.col("folded").str.contains(" "), pl.col(c.NAME).str.contains("(?i)^the ")
        shape = pl.when(several).then(Shape.LONGER).when(the).then(Shape.THE_WORD).otherwise(Shape.WORD)
        self.shapes = self.items.select(shape.cast(pl.Int8)).to_series().to_numpy()
        self.ends_with = self._word_of(-1)
        self.begins_with = self._word_of(0)
        patterns: dict[str, tuple[int, bool]] = {}
        for name, code in self.code_of.items():
            patterns[_pattern(name)] = (code, False)
        for name, code in self.code_of.items():
            patterns.setdefault(_pattern(f"{name}s"), (code, True))
        self._codes = np.array([code for code, _ in patterns.values()], np.int32)
        self._possessive = np.array([possessive for _, possessive in patterns.values()], np.bool_)
        self._unspaced = np.array([not pattern.startswith(" ") for pattern in patterns], np.bool_)
        self._automaton: Any = AhoCorasick(list(patterns), matchkind=MatchKind.LeftmostLongest)

    def _word_of(self, which: int) -> NDArray[np.int32]:
        words = (name.split()[which] if " " in name else "" for name in self.code_of)
        return np.array([self.code_of.get(word, -1) for word in words], np.int32)

    def with_brackets(self, title: str) -> int | None:
        """Return the code of the name that is a title with its brackets, as "Was (Not Was)" is; None if none is."""
        code = self.code_of.get(fold(title))
        return code if code is not None and "(" in self.items[c.NAME][code] else None

    def find(self, words: Words) -> Matches:
        """Find the names in a text: of names that overlap the first, of those that begin at the same word the longer.

        That is so even where the longer is then left out as a part of a word, or, by
        :mod:`tigertail.text.mentions.candidates`, as a name across punctuation.
        """
        found = self._automaton.find_matches_as_indexes(words.folded) if words.folded else []
        table = np.array(found, np.int64).reshape(-1, 3)
        if (unspaced := self._unspaced[table[:, 0]]).any():
            keep = ~unspaced
            keep[unspaced] = [_is_separate(words.folded, begin, end) for _, begin, end in table[unspaced]]
            table = table[keep]
        first = np.searchsorted(words.places, table[:, 1], side="right") - 1
        last = np.searchsorted(words.places, table[:, 2] - 1, side="right") - 1
        return Matches(self._codes[table[:, 0]], first, last, self._possessive[table[:, 0]])


def _pattern(folded: str) -> str:
    if len(folded) >= _SHORTEST_UNSPACED and any(_script(character) in _UNSPACED for character in folded):
        return "  ".join(folded.split())  # as spaced does, without the spaces at both ends
    return spaced(folded)


@lru_cache(maxsize=1 << 14)
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0].partition("-")[0]


def _is_separate(text: str, begin: int, end: int) -> bool:
    """Return whether a name in a script without spaces is a word of its own, by its first and its last letter.

    Folding drops punctuation: of names in katakana with 、 or ・ between them, each seems to be part of a longer word.
    """
    before, first = _script(text[begin - 1 : begin] or " "), _script(text[begin])
    after, last = _script(text[end : end + 1] or " "), _script(text[end - 1])
    runs_on = before == first and first in _SYLLABIC
    return not runs_on and not (after == last == "KATAKANA")

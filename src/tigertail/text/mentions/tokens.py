"""Tokens of a text: folded for the search, with flags for punctuation, capitals and cue words."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.folding import fold
from tigertail.text.documents.builder import word_set

_SPACE: Final = re.compile(r"(\s+)")
_MAX_CACHED: Final = 32_000_000  # characters of words cached
_OPENING: Final = frozenset('"“”„‘«‹「『《〈')
_CLOSING: Final = frozenset('"“”’»›」』》〉')


class Sign(IntFlag):
    """Flags of a word."""

    UPPER = 1  # begins with a capital
    LOWER = 2  # begins with a small letter
    NUMBER = 4  # digits alone; no feature reads it
    STOP = 8  # ends a sentence, or has a colon behind it
    AFTER = 16  # punctuation other than an apostrophe follows it
    BEFORE = 32  # the same precedes it
    OPENS = 64  # a quotation
    CLOSES = 128
    COMMA = 256
    ROLE_CUE = 512  # a word for a musician's role, often beside a name
    INTRODUCES = 1024  # a word that introduces a name: with, by, like
    WORK = 2048  # a word for a work, a place or an institution
    AND = 4096  # a word or sign that joins names: and, or, &
    THE = 8192
    FUNCTION = 16384  # a function word: its capital only marks the beginning of a sentence
    ALL_CAPITALS = 32768  # two characters or more, a capital among them and no small letter
    VERB_CUE = 65536  # a verb for what musicians do


# Words as fold returns them. The choice is our own; the weights in weights.py rest on it.
_CLASSES: Final = {
    Sign.ROLE_CUE: word_set(
        "act acts artist artists band bands bandmate bandmates bassist bassists cover covered covers dj drummer"
        " drummers duo duos ensemble featured featuring feat ft frontman frontwoman group groups guitarist"
        " guitarists keyboardist leader mc member members musician musicians opened opening orchestra pianist"
        " producer quartet rapper rappers saxophonist singer singers songwriter supergroup support supported"
        " supporting tour toured touring trio trumpeter vocalist vocalists influenced influence influences"
        " groupe musicien chanteur chanteuse sanger sangerin musiker cantante banda grupo группа группы певец"
        " певица музыкант"
    ),
    Sign.INTRODUCES: word_set(
        "with by like as including for alongside joined from both and or featuring than of vs versus"
    ),
    Sign.WORK: word_set(
        "album albums song songs single ep lp track soundtrack film movie novel book magazine series show record"
        " records recordings label street road avenue city county state river university college school festival"
        " award awards hall club theatre theater arena stadium park center centre museum studio studios chart"
        " charts news times radio tv channel version remix video titled entitled called"
    ),
    Sign.VERB_CUE: word_set(
        "was were is are had has have would did also began became played plays performed performs recorded"
        " records released releases toured tours signed formed reunited disbanded covered wrote writes sang sings"
        " joined left started announced appeared performing playing recording who said stated"
    ),
    Sign.AND: word_set("and or und et y e и och"),
    Sign.THE: word_set("the"),
    Sign.FUNCTION: word_set(
        "the a an in on at by with and from for but as when after while of to it its he she his her they their"
        " this that these those there then during since before both or if although though because however also"
        " in into who which where was were is are be been early late former despite upon under over through"
        " i we you our your my me him them not no so than too very other some such both all one two like"
    ),
}


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a text.

    Parameters
    ----------
    text
        The text.
    begins, ends
        Where each word begins and ends, without punctuation; int64, (words,).
    signs
        Flags of each word, see :class:`Sign`; int32, (words,).
    new_line
        Whether each word begins a line; bool, (words,).
    folded
        The folded words, each between two spaces; see :class:`~tigertail.text.mentions.names.Names`.
    places
        Where each word begins in ``folded``; int64, (words,).
    """

    text: str
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    signs: NDArray[np.int32]
    new_line: NDArray[np.bool_]
    folded: str
    places: NDArray[np.int64]


class Reader:
    """Splits texts into words, and caches the flags of each word."""

    def __init__(self) -> None:
        self._forget()

    def words(self, text: str) -> Words:
        """Split a text into words at its spaces."""
        pieces = _SPACE.split(text)
        sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
        begins = (np.cumsum(sizes) - sizes)[::2]
        ends = begins + sizes[::2]
        new_line = np.fromiter(("\n" in gap for gap in ["\n", *pieces[1::2]]), np.bool_, len(begins))
        codes = self._codes(pieces[::2])
        filled = np.flatnonzero(ends > begins)  # not what is before the first space and behind the last
        # An empty piece can only be the first, whose line break goes to the word that follows, or the last.
        if len(filled) and filled[0] > 0:
            new_line[filled[0]] = True
        signs, before, after, lengths = (
            np.frombuffer(column, np.int64)[codes][filled] for column in self._columns
        )
        return Words(
            text,
            begins[filled] + before,
            ends[filled] - after,
            signs.astype(np.int32),
            new_line[filled],
            "".join(map(self._folded.__getitem__, codes[filled].tolist())),
            np.cumsum(lengths) - lengths,
        )

    def _codes(self, words: list[str]) -> NDArray[np.int64]:
        if self._held > _MAX_CACHED:
            self._forget()
        codes = list(map(self._code_of.get, words))
        for at, code in enumerate(codes):
            if code is None:
                codes[at] = self._analyse(words[at])
        return np.array(codes, np.int64)

    def _analyse(self, word: str) -> int:
        """Analyse a new word and return its code."""
        if (known := self._code_of.get(word)) is not None:
            return known
        folded, *numbers = _analysed(word)
        for column, number in zip(self._columns, (*numbers, len(folded)), strict=True):
            column.append(number)
        self._folded.append(folded)
        self._code_of[word] = len(self._folded) - 1
        self._held += len(word)
        return len(self._folded) - 1

    def _forget(self) -> None:
        self._code_of: dict[str, int] = {}
        self._folded: list[str] = []
        self._columns = [array("q") for _ in range(4)]
        self._held = 0


def spaced(folded: str) -> str:
    """Put every word between spaces of its own, so that the next one need not share them."""
    return "".join(f" {word} " for word in folded.split())


def _analysed(raw: str) -> tuple[str, int, int, int]:
    """Return a folded word, its flags, and how many punctuation marks precede and follow it."""
    if not raw:
        return "", 0, 0, 0
    before = 0
    while before < len(raw) and not raw[before].isalnum():
        before += 1
    if before == len(raw):
        # Other signs alone part the words on both sides.
        joins = raw in ("&", "+")
        folded = spaced("and") if joins else ""
        shown = Sign.AND | Sign.FUNCTION if joins else Sign.AFTER | Sign.BEFORE
        return folded, int(shown | _stop(raw)), 0, 0
    after = 0
    while not (raw[-1 - after].isalnum() or _is_of_word(raw[-1 - after])):
        after += 1
    folded = fold(raw)
    core = raw[before : len(raw) - after]
    shown = _letters(core) | _around(raw[:before], raw[len(raw) - after :], core)
    for sign, members in _CLASSES.items():
        if folded in members:
            shown |= sign
    return spaced(folded), int(shown), before, after


def _is_of_word(character: str) -> bool:
    """Return whether a sign is of the word before it: a vowel sign, an accent, or one unseen such as U+200D."""
    return ord(character) > 127 and (unicodedata.category(character)[0] == "M" or not character.isprintable())


def _letters(core: str) -> Sign:
    shown = Sign(0)
    if core[0].isupper() or core[0].istitle():
        shown |= Sign.UPPER
    elif core[0].islower():
        shown |= Sign.LOWER
    if core.isdigit():
        shown |= Sign.NUMBER
    if core.isupper() and len(core) > 1:
        shown |= Sign.ALL_CAPITALS
    return shown


def _around(before: str, after: str, core: str) -> Sign:
    shown = Sign(0)
    if any(character not in "'’" for character in before):
        shown |= Sign.BEFORE
    if any(character not in "'’" for character in after):
        shown |= Sign.AFTER
    if _OPENING & set(before):
        shown |= Sign.OPENS
    if _CLOSING & set(after):
        shown |= Sign.CLOSES
    if set(after) & set(",;/、،"):
        shown |= Sign.COMMA
    # Such as "Dr.".
    abbreviated = after == "." and len(core) <= 3 and core[0].isupper()
    return shown if abbreviated else shown | _stop(after)


def _stop(signs: str) -> Sign:
    return Sign.STOP if set(signs) & set(".!?:。！？؟") else Sign(0)

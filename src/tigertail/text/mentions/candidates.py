"""Candidates: places where a text contains a name of the catalogue, with the evidence for and against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.text.mentions.names import Matches, Names
from tigertail.text.mentions.tokens import Sign, Words

# Punctuation that a match may contain only if the name in the catalogue contains it.
_SEPARATORS: Final = frozenset(',;:()[]{}"“”„«»…–—|/\n\t•·。、')
_CONTEXT: Final = 4  # words on each side of a name that are its context

SCHEMA: Final[dict[str, pl.DataType]] = {
    "document": pl.Int32(),  # its number
    "name": pl.Int32(),  # the code of the name
    "first": pl.Int32(),  # its first and last word in the text
    "last": pl.Int32(),
    "begin": pl.Int32(),  # its characters in the text
    "end": pl.Int32(),
    **dict.fromkeys(
        (
            "lowercase",  # its first or last word begins with a small letter
            "exact",  # written as in the catalogue, to the character
            "starts_sentence",  # where a capital is no evidence
            "left_capital",  # the word to its left begins with a capital, so that the name may be part of a longer one
            "right_capital",
            "is_work",  # all of an italic or quoted text, as titles of works are written
            "in_work",  # part of an italic text
            "after_the",
            "possessive",
            "role_cue",  # a word for a musician's role is near
            "introduced",  # by a word such as "with" or "by"
            "work_word",  # next to a word for a work, a place or an institution
            "verb_cue",  # before a verb for what musicians do, or possessive
            "in_list",  # beside another candidate, as in "A, B and C"
            "all_capitals",
            "part_of_word",  # such as "Kent" in "Kent-based"
        ),
        pl.Boolean(),
    ),
}
"""A candidate: where it is, and flags that are evidence for or against it."""


@dataclass(frozen=True)
class Spans:
    """Spans of a text that do not overlap, in order; both int64, (spans,)."""

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]

    def around(self, begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first span that shares a character with each of some other spans; -1 for none."""
        if not len(self.begins):
            return np.full(len(begin), -1)
        index = np.searchsorted(self.begins, begin, side="right") - 1
        inside = (index >= 0) & (self.ends[index] > begin)
        # A link or title that begins within a name ("The [[Cure]]") counts too.
        later = np.minimum(index + 1, len(self.begins) - 1)
        within = ~inside & (self.begins[later] > begin) & (self.begins[later] < end)
        return np.where(inside, index, np.where(within, later, -1))


def candidates(document: int, words: Words, names: Names, works: Spans) -> pl.DataFrame:
    """Find every candidate in a text.

    Parameters
    ----------
    document
        The document's number.
    words
        Its words.
    names
        The names of the catalogue.
    works
        Where the text is in italics.

    Returns
    -------
    pl.DataFrame
        Columns of :data:`SCHEMA`, in the order of the text.
    """
    matches = names.find(words)
    matches = _without_split_names(matches, words, names)
    first, last, signs = matches.first, matches.last, words.signs
    begin, end = words.begins[first], words.ends[last]
    padded = np.concatenate([[0], signs, [0]])  # word w is at w + 1
    previous, following = padded[first], padded[last + 2]
    new_line = np.concatenate([words.new_line, [True]])
    joined_left = ~new_line[first] & ~_has(previous, Sign.AFTER) & ~_has(signs[first], Sign.BEFORE)
    joined_right = ~new_line[last + 1] & ~_has(signs[last], Sign.AFTER) & ~_has(following, Sign.BEFORE)
    lowercase = _has(signs[first], Sign.LOWER) | _has(signs[last], Sign.LOWER)
    italic = works.around(begin, end)
    is_work = np.zeros(len(first), np.bool_)
    if len(works.begins):
        # Words leave punctuation out at both ends: the italics may have two signs more on each side.
        is_work = (italic >= 0) & (works.begins[italic] >= begin - 2) & (works.ends[italic] <= end + 2)
    quoted = _has(signs[first], Sign.OPENS) & _has(signs[last], Sign.CLOSES)
    text, shown = words.text, names.items["name"]
    exact = [text[b:e] == shown[code] for b, e, code in zip(begin, end, matches.names.tolist(), strict=True)]
    before, after = _context(signs, new_line, first, last)
    return pl.DataFrame(
        {
            "document": np.full(len(first), document),
            "name": matches.names,
            "first": first,
            "last": last,
            "begin": begin,
            "end": end,
            "lowercase": lowercase,
            "exact": np.array(exact, np.bool_),
            "starts_sentence": new_line[first] | _has(previous, Sign.STOP),
            "left_capital": joined_left & _has(previous, Sign.UPPER) & ~_has(previous, Sign.FUNCTION),
            "right_capital": joined_right & _has(following, Sign.UPPER) & ~matches.possessive,
            "is_work": is_work | quoted,
            "in_work": (italic >= 0) & ~is_work,
            "after_the": joined_left & _has(previous, Sign.THE),
            "possessive": matches.possessive,
            "role_cue": _has(before | after, Sign.ROLE_CUE),
            "introduced": joined_left & _has(previous, Sign.INTRODUCES),
            "work_word": _has(following, Sign.WORK) & joined_right | _has(previous, Sign.WORK) & joined_left,
            "verb_cue": joined_right & _has(following, Sign.VERB_CUE) | matches.possessive,
            "in_list": _in_list(matches, signs, lowercase, new_line),
            "all_capitals": _has(signs[first], Sign.ALL_CAPITALS) & _has(signs[last], Sign.ALL_CAPITALS),
            "part_of_word": _part_of_word(matches, words, names),
        },
        SCHEMA,
    )


def _has(signs: NDArray[np.integer], sign: Sign) -> NDArray[np.bool_]:
    return np.asarray((signs & int(sign)) != 0)


def _without_split_names(matches: Matches, words: Words, names: Names) -> Matches:
    """Drop matches of names across punctuation that the name does not have, and possessives without apostrophe."""
    text, shown = words.text, names.items["name"]
    begins, ends = words.begins[matches.first].tolist(), words.ends[matches.last].tolist()
    several = (matches.last > matches.first).tolist()
    keep = np.ones(len(begins), np.bool_)
    for at, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        if several[at]:
            separators = _SEPARATORS.intersection(text[begin:end])
            keep[at] = not separators or separators <= set(shown[int(matches.names[at])])
        if keep[at] and matches.possessive[at]:
            keep[at] = text[end - 2 : end - 1] in ("'", "’")
    return Matches(matches.names[keep], matches.first[keep], matches.last[keep], matches.possessive[keep])


def _context(
    signs: NDArray[np.int32], new_line: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the flags of the words before and after each candidate, within its line."""
    before = np.zeros(len(first), np.int32)
    after = np.zeros(len(first), np.int32)
    left_open = np.ones(len(first), np.bool_)
    right_open = np.ones(len(first), np.bool_)
    for step in range(_CONTEXT):
        left = first - step
        left_open &= (left > 0) & ~new_line[np.maximum(left, 0)]
        before |= np.where(left_open, signs[np.maximum(left - 1, 0)], 0)
        right = np.minimum(last + 1 + step, len(signs))
        right_open &= ~new_line[right]
        after |= np.where(right_open, signs[np.minimum(right, len(signs) - 1)], 0)
    return before, after


def _in_list(
    matches: Matches, signs: NDArray[np.int32], lowercase: NDArray[np.bool_], new_line: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which candidates are in a list with another.

    Between the two is a comma; or "and" or "the", with a comma before it or not; or a comma, one of these and one
    more word; or nothing, and the second begins a line.
    """
    in_list = np.zeros(len(matches.first), np.bool_)
    if len(in_list) < 2:
        return in_list
    gap = matches.first[1:] - matches.last[:-1] - 1
    comma = _has(signs[matches.last[:-1]], Sign.COMMA)
    middle = _has(signs[np.minimum(matches.last[:-1] + 1, len(signs) - 1)], Sign.AND | Sign.THE)
    line = (gap == 0) & new_line[matches.first[1:]]
    neighbours = ((gap == 0) & comma) | ((gap == 1) & middle) | ((gap == 2) & comma & middle) | line
    neighbours &= ~lowercase[1:] & ~lowercase[:-1]
    in_list[1:] |= neighbours
    in_list[:-1] |= neighbours
    return in_list


def _part_of_word(matches: Matches, words: Words, names: Names) -> NDArray[np.bool_]:
    """Return which candidates are part of a longer word, such as "Kent-based"."""
    sizes = np.diff(np.append(words.places, len(words.folded)))
    characters = (
        sizes[matches.first]
        if not len(matches.first)
        else np.add.reduceat(
            np.append(sizes, 0), np.stack([matches.first, matches.last + 1], axis=1).ravel()
        )[::2]
    )
    length = names.spaced_lengths[matches.names] + matches.possessive
    return np.asarray(characters > length)

"""Features of candidates: capitals, neighbouring words, and how the name is used elsewhere.

How a name is used elsewhere is counted over all documents, without labels: "love" is mostly in small letters, "Paul"
mostly followed by another capital, "Metallica" neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.text.mentions.names import Names

# Flags of candidates that are counted for each name, with the share of candidates that have it on the pages that the
# weights were fitted to: of lower case among all candidates, of the others among those with capitals. Counted once; no
# command prints them.
USUAL: Final = {
    "lowercase": 0.589,
    "left_capital": 0.172,
    "right_capital": 0.214,
    "is_work": 0.022,
    "in_work": 0.085,
    "after_the": 0.108,
    "role_cue": 0.202,
    "in_list": 0.081,
    "verb_cue": 0.135,
}
COUNTED: Final = tuple(USUAL)
_LOWERCASE: Final = COUNTED.index("lowercase")
_PRIOR: Final = 4.0  # occurrences with the usual shares that are added to those of a name
_PAGE_PRIOR: Final = 1.0  # occurrences without a flag that are added to those of a name on its page

FLAGS: Final = (
    "lowercase",
    "exact",
    "starts_sentence",
    "left_capital",
    "right_capital",
    "is_work",
    "in_work",
    "possessive",
    "role_cue",
    "introduced",
    "work_word",
    "verb_cue",
    "in_list",
    "all_capitals",
    "part_of_word",
)
ON_PAGE: Final = (
    "lowercase",
    "left_capital",
    "right_capital",
    "in_work",
    "is_work",
    "role_cue",
    "in_list",
    "verb_cue",
)
SHARES: Final = tuple(f"share of {flag}" for flag in COUNTED)
FEATURES: Final = (
    "bias",
    *FLAGS,
    "the: wanted and there",
    "the: wanted, not there",
    "the: there, not wanted",
    "the: wanted, not there, though usual",
    "number",
    "log letters",
    "words",
    "log occurrences here",
    "log occurrences",
    *SHARES,
    *(f"here: {flag}" for flag in ON_PAGE),
    "starts_sentence: share of lowercase",
    "starts_sentence: lowercase here",
    "here: last word of a name",
    "here: first word of a name",
)
"""The columns of :func:`features`.

After the flags: whether the name, as the catalogue writes it, begins with "the" and a blank ("wanted"), and the text
has it there; where it lacks it, also how usual it is (:meth:`Usage.usually_the`); digits alone, with blanks or an s at
the end, as "80s"; the length of the folded name, blanks included, and its words, of which more than 4 count as 4; how
often it occurs on the page ("here") and anywhere; the log odds of its shares (:meth:`Usage.log_odds`), and the shares
on the page; the capital at the beginning of a sentence, where the name is often in lower case; being the last or first
word of a longer name on the page.
"""


@dataclass(frozen=True, eq=False)
class Usage:
    """How often, and with which flags, each name occurs in all documents.

    Parameters
    ----------
    wants_the
        Whether each name, as the catalogue writes it, begins with "the" and a blank; bool, (names,).
    total
        Occurrences of each name; for a name that begins with "the", only those after that word; int64, (names,).
    counts
        Occurrences with each flag of :data:`COUNTED`; lower case is counted among all occurrences, the other
        flags among those with capitals; int64, (counted, names).
    with_the
        Occurrences of each name with capitals, after the word "the" and elsewhere; int64, (2, names).
    """

    wants_the: NDArray[np.bool_]
    total: NDArray[np.int64]
    counts: NDArray[np.int64]
    with_the: NDArray[np.int64]

    @classmethod
    def empty(cls, names: Names) -> Usage:
        """Return counts of zero."""
        size = len(names.items)
        wants = names.items[c.NAME].str.contains("(?i)^the ").to_numpy()
        zeros = [np.zeros(shape, np.int64) for shape in ((size,), (len(COUNTED), size), (2, size))]
        return cls(wants, *zeros)

    def add(self, candidates: pl.DataFrame) -> None:
        """Count some candidates."""
        size = len(self.total)
        names, the = candidates["name"].to_numpy(), candidates["after_the"].to_numpy()
        capital = ~candidates["lowercase"].to_numpy()
        for row, where in enumerate((the, ~the)):
            self.with_the[row] += np.bincount(names[where & capital], minlength=size)
        # "The Who" is a name; "who" says nothing about it.
        candidates = candidates.filter(pl.lit(pl.Series(the | ~self.wants_the[names])))
        names = candidates["name"].to_numpy()
        self.total[:] += np.bincount(names, minlength=size)
        capital = ~candidates["lowercase"].to_numpy()
        for row, flag in enumerate(COUNTED):
            shown = candidates[flag].to_numpy()
            shown = shown if flag == "lowercase" else shown & capital
            self.counts[row] += np.bincount(names[shown], minlength=size)

    def log_odds(self) -> NDArray[np.float64]:
        """Return the log odds of each share, smoothed towards the usual share, minus the log odds of that.

        (counted, names); 0 is as usual.
        """
        capital = self.total - self.counts[_LOWERCASE]
        odds = np.empty(self.counts.shape)
        for row, (count, usual) in enumerate(zip(self.counts, USUAL.values(), strict=True)):
            among = self.total if row == _LOWERCASE else capital
            share = (count + _PRIOR * usual) / (among + _PRIOR)
            odds[row] = np.log(share / (1 - share)) - np.log(usual / (1 - usual))
        return odds

    def usually_the(self) -> NDArray[np.float64]:
        """Return the log odds that a name with capitals follows the word "the"; (names,)."""
        return np.asarray(np.log((self.with_the[0] + 0.5) / (self.with_the[1] + 0.5)))


def features(candidates: pl.DataFrame, names: Names, usage: Usage) -> NDArray[np.float64]:
    """Return the features of candidates.

    Parameters
    ----------
    candidates
        As :func:`~tigertail.text.mentions.candidates.candidates` returns them, of whole documents.
    names
        The names of the catalogue.
    usage
        Their use in all documents.

    Returns
    -------
    NDArray[np.float64]
        (candidates, :data:`FEATURES`).
    """
    name = candidates["name"].to_numpy()
    folded = names.items["folded"]
    wants = usage.wants_the[name]
    there = candidates["after_the"].to_numpy()
    lengths = folded.str.len_chars().to_numpy()[name]
    words = (folded.str.count_matches(" ") + 1).to_numpy()[name]
    digits = folded.str.contains(r"^[\d ]+s?$").to_numpy()[name]
    again = candidates.select(pl.len().over("document", "name"))["len"].to_numpy()
    frequency = np.log1p(usage.total)[name]
    odds, here = usage.log_odds()[:, name], _here(candidates)
    # A capital that begins a sentence says nothing where the name is a word that is mostly small.
    starts = candidates["starts_sentence"].to_numpy()
    return np.column_stack(
        [
            np.ones(len(name)),
            *(candidates[flag].to_numpy().astype(np.float64) for flag in FLAGS),
            wants & there,
            wants & ~there,
            ~wants & there,
            (wants & ~there) * usage.usually_the()[name],
            digits,
            np.log(lengths),
            np.minimum(words, 4),
            np.log(again),
            frequency,
            *odds,
            *here,
            starts * odds[_LOWERCASE],
            starts * here[ON_PAGE.index("lowercase")],
            *(_part_of_longer(candidates, whole) for whole in (names.ends_with, names.begins_with)),
        ]
    )


def _here(candidates: pl.DataFrame) -> list[NDArray[np.float64]]:
    """Return the share of a name's occurrences on its page that have each flag of :data:`ON_PAGE`.

    A name has one meaning on a page: W. Gale, K. Church and D. Yarowsky, "One sense per discourse" (HLT 1992).
    """
    times = pl.len().over("document", "name")
    shares = [
        (pl.col(flag).sum().over("document", "name") / (times + _PAGE_PRIOR)).alias(flag) for flag in ON_PAGE
    ]
    frame = candidates.select(shares)
    return [frame[flag].to_numpy() for flag in ON_PAGE]


def _part_of_longer(candidates: pl.DataFrame, part: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which candidates are part of a longer name on their page, as "Dylan" of "Bob Dylan".

    ``part`` is the name that is the last, or the first, word of each name; -1 where there is none.
    """
    named = candidates.filter(~pl.col("lowercase")).select("document", "name").unique()
    parts = named.with_columns(pl.Series("name", part[named["name"].to_numpy()])).unique()
    longer = candidates.select("document", "name").join(
        parts.with_columns(pl.lit(True).alias("longer")),
        on=["document", "name"],
        how="left",
        maintain_order="left",
    )
    return longer["longer"].fill_null(False).to_numpy()

"""Find mentions in documents in two passes, in bounded memory.

A candidate is a place where a text contains a name; a mention is one that means the artist. (In the literature of
entity linking a mention is any such place, and a candidate an item that it may mean.) The first pass finds all
candidates and links, and counts how names are used; the second decides which candidates are mentions
(:mod:`tigertail.text.mentions.resolve`). The owner of a page is the item that it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.progress import track
from tigertail.text.documents.accumulator import ADDRESS, SURE, WORKS
from tigertail.text.mentions.candidates import Spans, candidates
from tigertail.text.mentions.features import Usage
from tigertail.text.mentions.names import Names, Shape
from tigertail.text.mentions.owners import Owners
from tigertail.text.mentions.resolve import resolve
from tigertail.text.mentions.titles import Remark, read_title
from tigertail.text.mentions.tokens import Reader, Words
from tigertail.text.mentions.weights import THRESHOLD, score_candidates

_LINK: Final[dict[str, pl.DataType]] = {
    "document": pl.Int32(),
    "word": pl.Int32(),  # its first word
    "begin": pl.Int32(),  # its characters
    "end": pl.Int32(),
    "surface": pl.Int32(),  # the name that is the text of the link
    "target": pl.String(),  # the title or address that it leads to, as written
    "name": pl.Int32(),  # the name that is this title, without a remark in brackets unless that belongs to the name
    "remark": pl.Int8(),
}
_NO_NAME: Final = -1
_MAX_REMARKED: Final = 0.05
"""Uses of a name with a remark for musicians, per use without, above which the name alone is ambiguous.

A use is a page that has the name, or a link, each time, to a title that is the name.
"""


@dataclass(frozen=True)
class Mentions:
    """The result of the search.

    Attributes
    ----------
    documents
        The table of documents, each with the item that it is about.
    mentions
        The table of mentions.
    """

    documents: pl.LazyFrame
    mentions: pl.LazyFrame


def find_mentions(parts: Sequence[Path], items: pl.DataFrame, folder: Path) -> Mentions:
    """Find the artists that documents mention.

    Parameters
    ----------
    parts
        Parquet files of documents, with the columns of
        :data:`~tigertail.text.documents.accumulator.PAGE_COLUMNS`; one is held in memory at a time.
    items
        The table of items. Only their ids, names and MBIDs are used, never their listeners.
    folder
        Where to write the intermediate files and the tables.

    Returns
    -------
    Mentions
        Documents in the order of ``parts``; mentions by document, then item.
    """
    finder = Finder(items)
    folders = []
    for number, part in enumerate(track(parts, "Finding names")):
        folders.append(
            finder.find_candidates(pl.read_parquet(part, glob=False), folder / f"candidates-{number:05}")
        )
    finder.find_reliable_names(pl.read_parquet(part / "candidates.parquet", glob=False) for part in folders)
    for part in track(folders, "Resolving names"):
        finder.resolve_candidates(part)
    return Mentions(
        *(pl.scan_parquet([part / f"{table}.parquet" for part in folders], glob=False) for table in _TABLES)
    )


_TABLES: Final = (c.DOCUMENTS_TABLE, c.MENTIONS_TABLE)


class Finder:
    """Finds mentions; counts of names and titles from the first pass are used in the second.

    Parameters
    ----------
    items
        The table of items.
    """

    def __init__(self, items: pl.DataFrame) -> None:
        self.names = Names(items)
        self.usage = Usage.empty(self.names)
        self._owners = Owners(items, self.names)
        self._reader = Reader()
        self._documents = 0
        self._owner_of: dict[str, str] = {}  # of a page, by its title or address in small letters
        # The same as written; of the pages without an owner, those that have the name of an item.
        self._owner_of_exactly: dict[str, str | None] = {}
        self._with_remark: Counter[int] = Counter()  # uses of each name with a remark for musicians
        self._without_remark: Counter[int] = Counter()
        self._reliable = np.zeros(len(self.names.items), np.bool_)  # names that mostly mean their artist

    def find_candidates(self, pages: pl.DataFrame, folder: Path) -> Path:
        """Find candidates, links and owners of some pages, write them to ``folder`` and return it."""
        found, links, owners = [], [], []
        first = self._documents
        for page in pages.iter_rows(named=True):
            words = self._reader.words(page[c.TEXT])
            owners.append(self._owner(page, words))
            found.append(candidates(self._documents, words, self.names, _spans(page[WORKS])))
            links.append(self._links(page[c.LINKS], words))
            self._documents += 1
        candidate = pl.concat(found)
        self.usage.add(candidate)
        folder.mkdir(parents=True)
        candidate.write_parquet(folder / "candidates.parquet")
        pl.concat(links).write_parquet(folder / "links.parquet")
        with_owners = pages.select(
            c.DOCUMENT_ID, c.TEXT, c.MARKUP, c.TITLE, pl.Series(c.ITEM_ID, owners, pl.String)
        )
        with_owners.write_parquet(folder / "documents.parquet")
        numbered = with_owners.select(
            pl.int_range(first, self._documents, dtype=pl.Int32).alias("document"), c.DOCUMENT_ID, c.ITEM_ID
        )
        numbered.write_parquet(folder / "ids.parquet")
        return folder

    def find_reliable_names(self, parts: Iterable[pl.DataFrame]) -> None:
        """Find the names that mean their artist more often than not; a link to such a title is to the artist.

        Candidates in lower case do not count.
        """
        balance = np.zeros(len(self._reliable), np.int64)
        for part in parts:
            votes = np.where(self.scores(part) > THRESHOLD, 1, -1) * ~part["lowercase"].to_numpy()
            np.add.at(balance, part["name"].to_numpy(), votes)
        self._reliable = balance > 0

    def scores(self, candidate: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the score of each candidate without the evidence of links."""
        return score_candidates(candidate, self.names, self.usage)

    def resolve_candidates(self, folder: Path) -> None:
        """Decide which candidates of some pages are mentions, and write these."""
        candidate = pl.read_parquet(folder / "candidates.parquet", glob=False)
        links = pl.read_parquet(folder / "links.parquet", glob=False)
        targets = [self._target(*row) for row in links.select("target", "name", "remark").iter_rows()]
        mentions = resolve(
            candidate.with_columns(pl.Series("score", self.scores(candidate))),
            links.with_columns(
                pl.Series(c.ITEM_ID, [item for item, _ in targets], pl.String),
                pl.Series("unsure", [unsure for _, unsure in targets], pl.Boolean),
            ),
            pl.read_parquet(folder / "ids.parquet", glob=False),
            self.names.items[c.ITEM_ID],
        )
        mentions.write_parquet(folder / "mentions.parquet")

    def _owner(self, page: dict[str, Any], words: Words) -> str | None:
        owner = self._owners.owner(page[c.MBID], page[c.NAME], None if page[SURE] else words)
        code = self._count_use(page[c.NAME])[0] if page[c.NAME] else _NO_NAME
        for known in filter(None, (page[c.TITLE], page[ADDRESS])):
            if owner is not None:
                self._owner_of.setdefault(known.casefold(), owner)
            if owner is not None or code != _NO_NAME:
                self._owner_of_exactly[known] = self._owner_of_exactly.get(known) or owner
        return owner

    def _count_use(self, title: str) -> tuple[int, Remark]:
        """Return the name in a title and the kind of its remark, and count that the name is used so."""
        read = read_title(title)
        code, remark = self.names.code_of.get(read.name, _NO_NAME), read.remark
        if code == _NO_NAME or remark == Remark.OTHER:
            own = self.names.with_brackets(title)
            code, remark = (code, remark) if own is None else (own, Remark.NONE)
        if remark != Remark.OTHER:
            counter = self._with_remark if remark == Remark.MUSICIAN else self._without_remark
            counter[code] += 1
        return code, remark

    def _links(self, links: list[dict[str, Any]], words: Words) -> pl.DataFrame:
        begins = np.array([link["begin"] for link in links], np.int64)
        counted = [self._count_use(link["target"]) for link in links]
        surfaces = (fold(words.text[link["begin"] : link["end"]]) for link in links)
        return pl.DataFrame(
            {
                "document": [self._documents] * len(links),
                "word": np.searchsorted(words.ends, begins, side="right"),
                "begin": begins,
                "end": [link["end"] for link in links],
                "surface": [self.names.code_of.get(surface, _NO_NAME) for surface in surfaces],
                "target": [link["target"] for link in links],
                "name": [code for code, _ in counted],
                "remark": [int(remark) for _, remark in counted],
            },
            _LINK,
        )

    def _target(self, target: str, name: int, remark: int) -> tuple[str | None, bool]:
        """Return the item of a link's target, and whether it is unsure, so that the candidate's score decides."""
        if (owner := self._owner_of.get(target.casefold())) is not None:
            # A page of just this title comes first: "Air", the gas, beside "AIR". A wiki's titles begin with a capital.
            exact = target if target in self._owner_of_exactly else target[:1].upper() + target[1:]
            return self._owner_of_exactly.get(exact, owner), False
        if name == _NO_NAME or remark == Remark.OTHER:
            return None, False
        item = str(self.names.items[c.ITEM_ID][name])
        if remark == Remark.MUSICIAN:
            return item, False
        # A name of several words rarely means something else; if it does, the score shows it.
        ambiguous = self._with_remark[name] > _MAX_REMARKED * self._without_remark[name]
        if ambiguous and self.names.shapes[name] != Shape.LONGER:
            return None, False
        return item, not self._reliable[name]


def _spans(works: list[dict[str, int]]) -> Spans:
    return Spans(
        np.array([work["begin"] for work in works], np.int64),
        np.array([work["end"] for work in works], np.int64),
    )

"""From documents to who is mentioned in them: two passes, in bounded memory.

The first pass finds every candidate and link and counts how names are used; the second decides
(:mod:`tigertail.text.mentions.resolve`).
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
from tigertail.text.documents.columns import ADDRESS, SURE, WORKS
from tigertail.text.mentions.candidates import Spans, candidates
from tigertail.text.mentions.features import Usage
from tigertail.text.mentions.names import Names, Shape
from tigertail.text.mentions.owners import Owners
from tigertail.text.mentions.resolve import settle
from tigertail.text.mentions.titles import Remark, read_title
from tigertail.text.mentions.tokens import Reader, Words
from tigertail.text.mentions.weights import THRESHOLD, score_candidates

_LINK: Final[dict[str, pl.DataType]] = {
    "document": pl.Int32(),
    "word": pl.Int32(),
    "begin": pl.Int32(),
    "end": pl.Int32(),
    "surface": pl.Int32(),  # the name that the words of the link are
    "target": pl.String(),
    "name": pl.Int32(),  # the name that its target is, without a remark
    "remark": pl.Int8(),
}
_NOBODY: Final = -1
_REMARKED: Final = 0.05  # links with a remark among those without, from which a name alone is something else


@dataclass(frozen=True)
class Mentions:
    """What was found.

    Attributes
    ----------
    documents
        The table of documents, each with the item whose page it is.
    mentions
        The table of mentions.
    """

    documents: pl.LazyFrame
    mentions: pl.LazyFrame


def find_mentions(parts: Sequence[Path], items: pl.DataFrame, folder: Path) -> Mentions:
    """Find who is mentioned in documents.

    Parameters
    ----------
    parts
        Parquet files of documents, with the columns of
        :data:`~tigertail.text.documents.columns.PAGE_COLUMNS`; one is held in memory at a time.
    items
        The table of items. Nothing else is known of them, least of all who listens to them.
    folder
        Where to write what lies between the passes, and the tables.

    Returns
    -------
    Mentions
        Documents in the order they came; mentions by document, then item.
    """
    finder = Finder(items)
    looked = []
    for number, part in enumerate(track(parts, "Looking for names")):
        looked.append(finder.look(pl.read_parquet(part), folder / f"looked-{number:05}"))
    finder.weigh(pl.read_parquet(part / "candidates.parquet") for part in looked)
    for part in track(looked, "Telling who is meant"):
        finder.decide(part)
    return Mentions(*(pl.scan_parquet([part / f"{table}.parquet" for part in looked]) for table in _TABLES))


_TABLES: Final = (c.DOCUMENTS_TABLE, c.MENTIONS_TABLE)


class Finder:
    """Finds mentions; what it learns of names and titles in the first pass it uses in the second.

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
        self._page_of: dict[str, str] = {}  # by title or address
        self._remarked: Counter[int] = Counter()  # titles of each name with a remark for musicians
        self._plain: Counter[int] = Counter()  # and with none
        self._trusted = np.zeros(len(self.names.items), np.bool_)

    def look(self, pages: pl.DataFrame, folder: Path) -> Path:
        """Find the candidates and links of some pages, and whose pages they are; return ``folder``."""
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
        owned = pages.select(
            c.DOCUMENT_ID, c.TEXT, c.MARKUP, c.TITLE, pl.Series(c.ITEM_ID, owners, pl.String)
        )
        owned.write_parquet(folder / "documents.parquet")
        numbered = owned.select(
            pl.int_range(first, self._documents, dtype=pl.Int32).alias("document"), c.DOCUMENT_ID, c.ITEM_ID
        )
        numbered.write_parquet(folder / "ids.parquet")
        return folder

    def weigh(self, parts: Iterable[pl.DataFrame]) -> None:
        """Learn which names to trust in a link: those that mean their artist more often than not."""
        balance = np.zeros(len(self._trusted), np.int64)
        for part in parts:
            votes = np.where(self.scores(part) > THRESHOLD, 1, -1) * ~part["small"].to_numpy()
            np.add.at(balance, part["name"].to_numpy(), votes)
        self._trusted = balance > 0

    def scores(self, candidate: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return how much speaks for each candidate, links aside."""
        return score_candidates(candidate, self.names, self.usage)

    def decide(self, folder: Path) -> None:
        """Decide on the candidates of some pages, and write their mentions."""
        candidate = pl.read_parquet(folder / "candidates.parquet")
        links = pl.read_parquet(folder / "links.parquet")
        led = [self._leads_to(*row) for row in links.select("target", "name", "remark").iter_rows()]
        mentions = settle(
            candidate.with_columns(pl.Series("score", self.scores(candidate))),
            links.with_columns(
                pl.Series(c.ITEM_ID, [item for item, _ in led], pl.String),
                pl.Series("unsure", [unsure for _, unsure in led], pl.Boolean),
            ),
            pl.read_parquet(folder / "ids.parquet"),
            self.names.items[c.ITEM_ID],
        )
        mentions.write_parquet(folder / "mentions.parquet")

    def _owner(self, page: dict[str, Any], words: Words) -> str | None:
        owner = self._owners.owner(page[c.MBID], page[c.NAME], None if page[SURE] else words)
        if owner is not None:
            for known in (page[c.TITLE], page[ADDRESS]):
                if known:
                    self._page_of.setdefault(known.casefold(), owner)
        if page[c.NAME]:
            self._note(page[c.NAME])
        return owner

    def _note(self, title: str) -> tuple[int, Remark]:
        """Take a title apart; count whether its name has a remark."""
        read = read_title(title)
        code = self.names.code_of.get(read.name, _NOBODY)
        if read.remark != Remark.OTHER:
            (self._remarked if read.remark == Remark.MUSICIAN else self._plain)[code] += 1
        return code, read.remark

    def _links(self, links: list[dict[str, Any]], words: Words) -> pl.DataFrame:
        begins = np.array([link["begin"] for link in links], np.int64)
        noted = [self._note(link["target"]) for link in links]
        surfaces = (fold(words.text[link["begin"] : link["end"]]) for link in links)
        return pl.DataFrame(
            {
                "document": [self._documents] * len(links),
                "word": np.searchsorted(words.ends, begins, side="right"),
                "begin": begins,
                "end": [link["end"] for link in links],
                "surface": [self.names.code_of.get(surface, _NOBODY) for surface in surfaces],
                "target": [link["target"].casefold() for link in links],
                "name": [code for code, _ in noted],
                "remark": [int(remark) for _, remark in noted],
            },
            _LINK,
        )

    def _leads_to(self, target: str, name: int, remark: int) -> tuple[str | None, bool]:
        """Return the item a link leads to, and whether that is for its surroundings to judge."""
        if (owner := self._page_of.get(target)) is not None:
            return owner, False
        if name == _NOBODY or remark == Remark.OTHER:
            return None, False
        item = str(self.names.items[c.ITEM_ID][name])
        if remark == Remark.MUSICIAN:
            return item, False
        # Hardly a name of several words means something else; its surroundings say so where it does.
        remarked = self._remarked[name] > _REMARKED * self._plain[name]
        if remarked and self.names.shapes[name] != Shape.LONGER:
            return None, False
        return item, not self._trusted[name]


def _spans(works: list[dict[str, int]]) -> Spans:
    return Spans(
        np.array([work["begin"] for work in works], np.int64),
        np.array([work["end"] for work in works], np.int64),
    )

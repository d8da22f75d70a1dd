"""DBpedia facts about artists, as lists of edges between URIs, for the artists of HetRec 2011.

One file per relation, each line ``ARTIST-URI VALUE-URI``, beside ``MappingLastfm2DBpedia-1.2.tsv``, the mapping of
LODrecsys-datasets (https://github.com/sisinflab/LODrecsys-datasets): HetRec id, name and URI of each artist.
Artists are found by their names; the ids are not used. The mapping was made by a search, which found some artists of
whom only a part has the name that was asked for: :func:`of_another` tells them. So the name of a resource is a spelling
of an artist only where it is loosely the artist's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import unquote

import polars as pl
from pydantic import field_validator

from tigertail import columns as c
from tigertail.dataset.folding import fold, fold_loosely, fold_series, loose_series
from tigertail.ingest.formats.source import Batch, Source, Texts
from tigertail.io.archives import stream
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons
from tigertail.io.text_rows import TextFile

# Of the relations of DBpedia, those that are read.
FACETS: Final = {
    "genre": "genre.edgelist",
    "instrument": "instrument.edgelist",
    "hometown": "hometown.edgelist",
    "birth place": "birthPlace.edgelist",
    "associated band": "associatedBand.edgelist",
    "label": "recordLabel.edgelist",
}
_MAPPING: Final = "MappingLastfm2DBpedia-1.2.tsv"
_RESOURCE: Final = "http://dbpedia.org/resource/"
# "Pop (music)" is pop; but "New York (state)" is not New York.
_WITHOUT_ASIDE: Final = ("genre", "instrument")
_ASIDE: Final = re.compile(r" \([^()]*\)$")
_UNNAMED: Final = reasons((pl.col(c.NAME).str.strip_chars() == "", "no item name"))


class Dbpedia(Source):
    """The folder or archive of edge lists and the mapping.

    The mapping gives the name of each artist, and may give another spelling of it; the facts of a URI with several
    names are facts about each of them.

    Attributes
    ----------
    facets
        Which relations are read.
    catalogue
        Whether artists that only this source names become items (``"all"``) or not (``"known"``).
    """

    kind: Literal["artist"] = "artist"
    table: Literal["annotations"] = "annotations"
    facets: Texts = tuple(FACETS)
    catalogue: Literal["known", "all"] = "known"

    @field_validator("facets")
    @classmethod
    def _known(cls, facets: tuple[str, ...]) -> tuple[str, ...]:
        if not facets:
            raise ValueError(
                f"no facet is named; take some of {', '.join(FACETS)}, or leave facets out for all"
            )
        if unknown := sorted(set(facets) - set(FACETS)):
            raise ValueError(f"unknown facet '{unknown[0]}'; it is one of {', '.join(FACETS)}")
        return facets

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield further spellings, then the annotations of each relation."""
        with stream(self.path, _MAPPING) as file:
            text = TextFile(file, self.label, quarantine)
            rows = text.rows(("id", c.NAME, "artist"), separator="\t", quoted=False)
            mapping = pl.concat([self._mapping(block, quarantine) for block in rows])
        yield Batch(c.ALIASES_TABLE, _MAPPING, _spellings(mapping))
        names = mapping.select("artist", c.NAME).unique(maintain_order=True)
        for facet in self.facets:
            with stream(self.path, FACETS[facet]) as file:
                text = TextFile(file, self.label, quarantine)
                for block in text.rows(("artist", "value"), separator=" ", quoted=False):
                    yield self._batch(facet, block, names, quarantine)

    def _mapping(self, rows: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
        """Return the usable rows of the mapping."""
        rows = quarantine.usable_rows(self.label, _MAPPING, rows, _UNNAMED)
        pairs = rows.select(c.NAME, "artist").iter_rows()
        another = pl.Series([of_another(name, uri) for name, uri in pairs], dtype=pl.Boolean)
        wrong = reasons((pl.lit(another), "the resource is of another artist, by its name"))
        return quarantine.usable_rows(self.label, _MAPPING, rows, wrong)

    def _batch(self, facet: str, rows: pl.DataFrame, names: pl.DataFrame, quarantine: Quarantine) -> Batch:
        known = pl.col("artist").is_in(names["artist"].implode())
        checks = reasons(
            (~known, "artist without a usable entry in the mapping"),
            (~pl.col("value").str.contains(f"^{re.escape(_RESOURCE)}."), "not a DBpedia resource"),
        )
        # Before the join: a line is rejected once, however many names its artist has.
        rows = quarantine.usable_rows(self.label, FACETS[facet], rows, checks)
        rows = rows.join(names, on="artist", maintain_order="left_right")
        uris = rows["value"].unique()
        labels = pl.Series([readable(uri, facet) for uri in uris], dtype=pl.String)
        annotations = rows.select(
            LINE,
            RAW_TEXT,
            c.NAME,
            pl.col("value").replace_strict(uris, labels, return_dtype=pl.String).alias(c.LABEL),
            pl.lit(facet).alias(c.FACET),
            pl.lit(c.EXPERT).alias(c.SOURCE),
        )
        return Batch(c.ANNOTATIONS_TABLE, FACETS[facet], annotations, known_only=self.catalogue == "known")


def of_another(name: str, uri: str) -> bool:
    """Return whether a resource cannot be the artist of a name: they share a word, and both have others as well.

    A short form of a word is no other word. Names that share no word, or of which one holds the other, may be of one
    artist.

    Examples
    --------
    >>> of_another("Victor & Leo", "http://dbpedia.org/resource/Victor_Wooten")
    True
    >>> of_another("AFX", "http://dbpedia.org/resource/Aphex_Twin")
    False
    >>> of_another("Peter Doherty", "http://dbpedia.org/resource/Pete_Doherty")
    False
    """
    title = _name(uri)
    ours, theirs = fold_loosely(name), fold_loosely(title)
    if ours in theirs or theirs in ours:
        return False
    # What two acts are joined by is no word of either.
    words, title_words = ([word for word in fold(text).split() if word != "and"] for text in (name, title))
    rest = [word for word in words if word not in title_words]
    title_rest = [word for word in title_words if word not in words]
    if len(rest) == len(words) or not rest or not title_rest:
        return False
    return len(rest) != len(title_rest) or any(
        not (one.startswith(other) or other.startswith(one))
        for one, other in zip(rest, title_rest, strict=True)
    )


def _spellings(mapping: pl.DataFrame) -> pl.DataFrame:
    """Return the names of resources that are loosely those of their artists, as aliases.

    Names of one resource that are loosely the same are of one artist, so the alias makes them one item (P!nk and Pink).
    A name that the mapping has for an artist of another resource is left out.
    """
    names = pl.Series(c.ALIAS, [_name(uri) for uri in mapping["artist"]], dtype=pl.String)
    ours, theirs = fold_series(mapping[c.NAME]), fold_series(names)
    alike = (ours != theirs) & (loose_series(mapping[c.NAME], ours) == loose_series(names, theirs))
    resources: dict[str, set[str]] = {}
    for folded, uri in zip(ours, mapping["artist"], strict=True):
        resources.setdefault(folded, set()).add(uri)
    own = [resources.get(name, {uri}) == {uri} for name, uri in zip(theirs, mapping["artist"], strict=True)]
    further = alike & pl.Series(own, dtype=pl.Boolean)
    return mapping.select(LINE, RAW_TEXT, c.NAME, names).filter(further)


def readable(uri: str, facet: str) -> str:
    """Return a readable name of a resource.

    Examples
    --------
    >>> readable("http://dbpedia.org/resource/Grime_(music)", "genre")
    'Grime'
    >>> readable("http://dbpedia.org/resource/Therapy%3F", "associated band")
    'Therapy?'
    >>> readable("http://dbpedia.org/resource/New_York_(state)", "hometown")
    'New York (state)'
    """
    return _name(uri) if facet in _WITHOUT_ASIDE else _title(uri)


def _name(uri: str) -> str:
    return _ASIDE.sub("", _title(uri))


def _title(uri: str) -> str:
    return unquote(uri.removeprefix(_RESOURCE)).replace("_", " ").strip()

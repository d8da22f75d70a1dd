"""The artists of MusicBrainz, from its dumps in JSON: names in every script, countries, types, genres and tags.

``artist.tar.xz`` has a member ``mbdump/artist``, in each line an artist as the web service returns it
(https://musicbrainz.org/doc/Development/JSON_Data_Dumps; the fields are those of ``Serializer/JSON/2/Artist.pm`` in
https://github.com/metabrainz/musicbrainz-server): ``id``, ``name``, ``sort-name``, ``type``, ``country``, ``area`` and
``begin-area`` with ``iso-3166-1-codes`` or ``iso-3166-2-codes``, ``aliases`` with ``name``, and ``genres`` and ``tags``
with ``name`` and ``count``, the sum of votes. MBIDs that were merged into others are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl
from pydantic import field_validator

from tigertail import columns as c
from tigertail.ingest.formats.listens import decoded
from tigertail.ingest.formats.source import Batch, Source, Texts
from tigertail.io.archives import streams_within
from tigertail.io.quarantine import EXAMPLES, LINE, RAW_TEXT, Quarantine, reasons
from tigertail.io.text_rows import TextFile

FACETS: Final = ("type", "genre", "tag")

_TEXT: Final = pl.String()
# A count is a text until it is cast: of an object with odd fields, `decoded` saves no numbers.
_VOTES: Final = pl.List(pl.Struct({"name": _TEXT, "count": _TEXT}))
_AREA: Final = pl.Struct({"iso-3166-1-codes": pl.List(_TEXT), "iso-3166-2-codes": pl.List(_TEXT)})
_AREAS: Final = ("area", "begin-area")
# MusicBrainz' own codes of countries that are no more: Czechoslovakia, East Germany. Their names give
# the same codes in geo/countries.py.
_OWN_CODES: Final = {"XC": "CZ", "XG": "DE"}
_ARTIST: Final = pl.Struct(
    {
        "id": _TEXT,
        "name": _TEXT,
        "sort-name": _TEXT,
        "type": _TEXT,
        "country": _TEXT,
        **dict.fromkeys(_AREAS, _AREA),
        "aliases": pl.List(pl.Struct({"name": _TEXT})),
        "genres": _VOTES,
        "tags": _VOTES,
    }
)


class MusicBrainz(Source):
    """The archive, its folder, or the file ``artist`` itself.

    Attributes
    ----------
    facets
        Which annotations are read: ``type``, ``genre``, ``tag``.
    catalogue
        ``"known"``: only artists whose MBID another row that makes items has, as of plays; ``"all"``: every one.
    """

    kind: Literal["artist"] = "artist"
    table: Literal["items"] = "items"
    facets: Texts = FACETS
    catalogue: Literal["known", "all"] = "known"

    @field_validator("facets")
    @classmethod
    def _known(cls, facets: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(facets) - set(FACETS)):
            raise ValueError(f"unknown facet '{unknown[0]}'; it is one of {', '.join(FACETS)}")
        return facets

    @property
    def reads_last(self) -> bool:
        """Whether it has to be read after the plays."""
        return self.catalogue == "known"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the artists of each block of lines, then their aliases, then their annotations."""
        for stream in streams_within(self.path, "artist"):
            for lines in TextFile(stream, self.label, quarantine).lines():
                quarantine.read[self.label] += lines.height
                decoded_lines = decoded(lines[RAW_TEXT], self.label, quarantine, dtype=_ARTIST, needs="id")
                artists = lines.with_columns(decoded_lines.alias("artist"))
                check = reasons((pl.col("artist").is_null(), "not an artist in JSON"))
                artists = quarantine.usable_rows(self.label, stream.name, artists, check).unnest("artist")
                yield from self._batches(artists, stream.name, quarantine)

    def _batches(self, artists: pl.DataFrame, file: str, quarantine: Quarantine) -> Iterator[Batch]:
        items = artists.select(
            LINE, RAW_TEXT, pl.col("id").alias(c.MBID), c.NAME, _country().alias(c.COUNTRY)
        )
        named_elsewhere = self.reads_last
        yield Batch(c.ITEMS_TABLE, file, items, named_elsewhere=named_elsewhere)
        yield Batch(c.ALIASES_TABLE, file, _aliases(artists), named_elsewhere=named_elsewhere)
        tables = [
            _types(artists) if facet == "type" else self._voted(artists, facet, quarantine)
            for facet in self.facets
        ]
        if tables:
            yield Batch(c.ANNOTATIONS_TABLE, file, pl.concat(tables), named_elsewhere=named_elsewhere)

    def _voted(self, artists: pl.DataFrame, facet: str, quarantine: Quarantine) -> pl.DataFrame:
        """Return the genres, or the tags that are no genres; those whose sum of votes is not above 0 are left out."""
        vote = pl.col(f"{facet}s").struct
        rows = _exploded(artists, f"{facet}s").select(
            LINE,
            pl.col("id").alias(c.MBID),
            vote.field("name").alias(c.LABEL),
            vote.field("count").cast(pl.Float64, strict=False).alias(c.WEIGHT),
            pl.lit(facet).alias(c.FACET),
            pl.lit(c.CROWD).alias(c.SOURCE),
        )
        if facet == "tag":
            genres = _exploded(artists, "genres").select(
                LINE, pl.col("genres").struct.field("name").alias(c.LABEL)
            )
            rows = rows.join(genres, on=[LINE, c.LABEL], how="anti", maintain_order="left")
        agreed = pl.col(c.WEIGHT) > 0
        refused = rows.filter(~agreed.fill_null(False))
        examples = refused[c.LABEL].drop_nulls().unique().sort().head(EXAMPLES).to_list()
        quarantine.warn(self.label, f"{facet} that the votes are not for, left out", refused.height, examples)
        return rows.filter(agreed)


def _exploded(artists: pl.DataFrame, column: str) -> pl.DataFrame:
    return artists.select(LINE, "id", column).explode(column).filter(pl.col(column).is_not_null())


def _country() -> pl.Expr:
    """Return the code of the country that an artist is from, else of where they began."""
    codes = [pl.col("country")]
    for area in _AREAS:
        fields = pl.col(area).struct
        codes.append(fields.field("iso-3166-1-codes").list.get(0, null_on_oob=True))
        codes.append(fields.field("iso-3166-2-codes").list.get(0, null_on_oob=True).str.slice(0, 2))
    return pl.coalesce(codes).replace(_OWN_CODES)


def _types(artists: pl.DataFrame) -> pl.DataFrame:
    rows = artists.select(
        LINE,
        pl.col("id").alias(c.MBID),
        pl.col("type").alias(c.LABEL),
        pl.lit(1.0).alias(c.WEIGHT),
        pl.lit("type").alias(c.FACET),
        pl.lit(c.EXPERT).alias(c.SOURCE),
    )
    return rows.filter(pl.col(c.LABEL).is_not_null())


def _aliases(artists: pl.DataFrame) -> pl.DataFrame:
    """Return further names: the aliases, and the name for sorting, as it is spoken."""
    sorting = pl.col("sort-name").str.splitn(", ", 2).struct
    spoken = pl.when(sorting.field("field_1").is_not_null()).then(
        pl.concat_str(sorting.field("field_1"), sorting.field("field_0"), separator=" ")
    )
    by_sorting = artists.filter(pl.col("sort-name") != pl.col(c.NAME)).select(
        LINE, "id", pl.coalesce(spoken, "sort-name").alias(c.ALIAS), c.NAME
    )
    listed = artists.select(LINE, "id", "aliases", c.NAME).explode("aliases")
    listed = listed.select(LINE, "id", pl.col("aliases").struct.field("name").alias(c.ALIAS), c.NAME)
    rows = pl.concat([listed, by_sorting]).filter(pl.col(c.ALIAS) != pl.col(c.NAME))
    return rows.unique(maintain_order=True).select(LINE, pl.col("id").alias(c.MBID), c.ALIAS)

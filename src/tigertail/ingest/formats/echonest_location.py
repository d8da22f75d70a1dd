"""The Echo Nest's home towns of artists: ``id <sep> name <sep> hotness <sep> City, Region, Country``.

The country is a code or a name; city, region or all of the place may be missing. Hotness is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.geo.countries import country_code
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import required_streams
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons
from tigertail.io.text_rows import TextFile

_SEPARATOR: Final = " <sep> "
_FIELDS: Final = ("id", c.NAME, "hotness", "place")


class EchonestLocation(Source):
    """A file ``geo.dat``, or the folder or archive that holds it.

    It gives the country of artists, and annotations by an expert, The Echo Nest, of the facet "home": the country code,
    and the place as written, with that code at its end; only as written where its end names no country. Two ids with
    one name are two artists, and the name is linked to neither.

    Attributes
    ----------
    catalogue
        Whether artists that only this source names become items.
    """

    kind: Literal["artist"] = "artist"
    table: Literal["items"] = "items"
    catalogue: Literal["known", "all"] = "known"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the artists with their country, then the annotations."""
        for stream in required_streams(self.path, "geo.dat", remedy="check the path in the recipe"):
            for frame in TextFile(stream, self.label, quarantine).lines():
                yield from self._batches(stream.name, frame, quarantine)

    def _batches(self, file: str, frame: pl.DataFrame, quarantine: Quarantine) -> Iterator[Batch]:
        quarantine.read[self.label] += frame.height
        parts = pl.col(RAW_TEXT).str.split(_SEPARATOR)
        fields = [parts.list.get(n, null_on_oob=True).alias(name) for n, name in enumerate(_FIELDS)]
        rows = frame.with_columns(*fields, parts.list.len().alias("fields"))
        checks = reasons(
            (pl.col("fields") != len(_FIELDS), f"wrong number of fields (expected {len(_FIELDS)})")
        )
        rows = quarantine.usable_rows(self.label, file, rows, checks).select(
            LINE, RAW_TEXT, pl.col("id").alias(c.ITEM_ID), c.NAME, pl.col("place").str.strip_chars()
        )
        country = pl.col("place").str.split(",").list.last().str.strip_chars()
        rows = rows.with_columns(country.alias(c.COUNTRY))
        known = self.catalogue == "known"
        yield Batch(c.ITEMS_TABLE, file, rows.drop("place"), known_only=known)
        yield Batch(c.ANNOTATIONS_TABLE, file, _homes(rows), known_only=known)


def _homes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return an annotation for the country, if it is known, and one for the place, if it says more than that."""
    countries = rows[c.COUNTRY].unique()
    codes = pl.Series([country_code(name) for name in countries], dtype=pl.String)
    code = pl.col(c.COUNTRY).replace_strict(countries, codes, default=None, return_dtype=pl.String)
    town = pl.col("place").str.replace(r",?[^,]*$", "").str.strip_chars(" ,")  # all but the last part
    rows = rows.with_columns(code.alias("code"), town.alias("town"))
    place = (
        pl.when(pl.col("code").is_null())
        .then("place")
        .when(pl.col("town") != "")
        .then(pl.concat_str("town", "code", separator=", "))
    )
    labels = rows.with_columns(pl.concat_list("code", place).alias(c.LABEL)).explode(c.LABEL)
    labels = labels.filter(pl.col(c.LABEL) != "")  # nor null
    return labels.select(
        LINE, RAW_TEXT, c.ITEM_ID, c.NAME, c.LABEL, facet=pl.lit("home"), source=pl.lit(c.EXPERT)
    )

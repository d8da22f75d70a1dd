"""Who is meant: links and titles first, then what surrounds a name."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.text.mentions.candidates import Spans
from tigertail.text.mentions.weights import THRESHOLD

_LINE: Final = 1 << 31  # no document is longer, so that places of different documents never meet
_LINK: Final = "link"


def settle(
    candidate: pl.DataFrame, links: pl.DataFrame, ids: pl.DataFrame, item_of: pl.Series
) -> pl.DataFrame:
    """Say who is mentioned where.

    A link says who is meant, or that nobody is. What its words mean there they mean in the rest of the page,
    unless other links disagree. A page names its own subject. In all else the score decides.

    Parameters
    ----------
    candidate
        Candidates, with their ``score``.
    links
        Links in the order of the text, with the ``item_id`` they lead to (null: elsewhere) and whether that is
        ``unsure``.
    ids
        Columns document, document_id, item_id (the owner).
    item_of
        The item of each name.

    Returns
    -------
    pl.DataFrame
        The table of mentions, by document, then item.
    """
    here = _in_links(candidate, links).with_columns(item_of.gather(candidate["name"]).alias(c.ITEM_ID))
    owners = ids.select("document", pl.col(c.ITEM_ID).alias("owner"))
    here = here.join(owners, on="document", how="left", maintain_order="left").join(
        _told(links, item_of), on=["document", "name"], how="left", maintain_order="left"
    )
    certain = links.filter(~pl.col("unsure") & pl.col(c.ITEM_ID).is_not_null())
    rows = pl.concat(
        [
            certain.select("document", c.ITEM_ID, "word", pl.lit(True).alias(_LINK)),
            here.filter(_accepted()).select(
                "document", c.ITEM_ID, pl.col("first").alias("word"), pl.col(_LINK).is_not_null()
            ),
        ]
    )
    mentions = (
        rows.sort("document", c.ITEM_ID, "word")
        .group_by("document", c.ITEM_ID, maintain_order=True)
        .agg(
            pl.len().cast(pl.Float32).alias(c.COUNT),
            pl.col("word").alias(c.POSITIONS),
            pl.col(_LINK).sum().cast(pl.Float32).alias(c.LINKS),
        )
    )
    named = mentions.join(ids.select("document", c.DOCUMENT_ID), on="document", maintain_order="left")
    return named.select(c.ITEM_ID, c.DOCUMENT_ID, c.COUNT, c.POSITIONS, c.LINKS)


def _in_links(candidate: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Add to each candidate the link it stands in, if any: its row, whether it is unsure, where it leads."""
    place = candidate["document"].cast(pl.Int64).to_numpy() * _LINE
    start = links["document"].cast(pl.Int64).to_numpy() * _LINE
    spans = Spans(start + links["begin"].to_numpy(), start + links["end"].to_numpy())
    row = spans.around(place + candidate["begin"].to_numpy(), place + candidate["end"].to_numpy())
    index = pl.Series(_LINK, row, pl.Int64)
    return candidate.with_columns(index.set(index < 0, None)).join(
        links.select(pl.col(c.ITEM_ID).alias("leads"), "unsure")
        .with_row_index(_LINK)
        .cast({_LINK: pl.Int64}),
        on=_LINK,
        how="left",
        maintain_order="left",
    )


def _told(links: pl.DataFrame, item_of: pl.Series) -> pl.DataFrame:
    """Return, by document and name, whether links with its words lead to its item, and elsewhere."""
    told = links.filter(~pl.col("unsure") & (pl.col("surface") >= 0))
    agrees = pl.col(c.ITEM_ID).eq_missing(pl.lit(item_of.gather(told["surface"])))
    return (
        told.with_columns(agrees.alias("agrees"))
        .group_by("document", pl.col("surface").alias("name"))
        .agg(pl.col("agrees").any().alias("yes"), (~pl.col("agrees")).any().alias("no"))
    )


def _accepted() -> pl.Expr:
    """Say which candidates are mentions; a link that is certain speaks for itself."""
    outside = pl.col(_LINK).is_null()
    yes, no = pl.col("yes").fill_null(False), pl.col("no").fill_null(False)
    scored = pl.col("score") > THRESHOLD
    own = (pl.col("owner") == pl.col(c.ITEM_ID)).fill_null(False)
    told = pl.when(yes & ~no).then(~pl.col("small")).when(no & ~yes & ~own).then(False)
    plain = told.otherwise(scored | (own & ~pl.col("small")))
    judged = pl.col("unsure").fill_null(False) & (pl.col("leads") == pl.col(c.ITEM_ID)).fill_null(False)
    return pl.when(outside).then(plain).otherwise(judged & scored)

"""Which candidates are mentions (:mod:`tigertail.text.mentions.find`): links decide first, then scores."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.text.mentions.candidates import Spans
from tigertail.text.mentions.weights import THRESHOLD

# No document is longer, so that positions in different documents do not overlap on one axis.
_DOCUMENT_SIZE: Final = 1 << 31
_LINK: Final = "link"


def resolve(
    candidate: pl.DataFrame, links: pl.DataFrame, ids: pl.DataFrame, item_of: pl.Series
) -> pl.DataFrame:
    """Decide which candidates are mentions of an artist.

    A candidate is in a link if it has a character of it. In this order:

    1. A link whose target is sure is a mention of it, if it is an item, and whatever is in the link is none.
    2. In a link whose target is unsure, only the target can be mentioned, if the score is high enough.
    3. Elsewhere, if all sure links of the page whose words are the candidate's name lead to its item, it is a
       mention, and in lower case never.
    4. If there are such links and none leads to it, it is not, unless the page is the item's own.
    5. Otherwise, also where some do and some do not, the score decides; the item whose page it is counts as
       mentioned in any case, unless in lower case.

    Parameters
    ----------
    candidate
        The columns of :data:`tigertail.text.mentions.candidates.SCHEMA`, and ``score``, above
        :data:`~tigertail.text.mentions.weights.THRESHOLD` where the text speaks for a mention.
    links
        Links in the order of the text: document, word (their first), begin, end, surface (the code of the name that
        their words are, -1 for none), item_id of their target (null: no item), and whether that is ``unsure``.
    ids
        One row for each document: document, document_id, item_id (of the item whose page it is, or null).
    item_of
        Item id by name code; String, (names,).

    Returns
    -------
    pl.DataFrame
        The table of mentions, by document, then item.
    """
    here = _in_links(candidate, links).with_columns(item_of.gather(candidate["name"]).alias(c.ITEM_ID))
    owners = ids.select("document", pl.col(c.ITEM_ID).alias("owner"))
    here = here.join(owners, on="document", how="left", maintain_order="left").join(
        _link_votes(links, item_of), on=["document", "name"], how="left", maintain_order="left"
    )
    links_to_items = links.filter(~pl.col("unsure") & pl.col(c.ITEM_ID).is_not_null())
    rows = pl.concat(
        [
            links_to_items.select("document", c.ITEM_ID, "word", pl.lit(True).alias(_LINK)),
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
    """Add the link that each candidate is in, if any: its row, whether it is unsure, the item of its target."""
    place = candidate["document"].cast(pl.Int64).to_numpy() * _DOCUMENT_SIZE
    start = links["document"].cast(pl.Int64).to_numpy() * _DOCUMENT_SIZE
    spans = Spans(start + links["begin"].to_numpy(), start + links["end"].to_numpy())
    row = spans.around(place + candidate["begin"].to_numpy(), place + candidate["end"].to_numpy())
    index = pl.Series(_LINK, row, pl.Int64)
    return candidate.with_columns(index.set(index < 0, None)).join(
        links.select(pl.col(c.ITEM_ID).alias("target_item"), "unsure")
        .with_row_index(_LINK)
        .cast({_LINK: pl.Int64}),
        on=_LINK,
        how="left",
        maintain_order="left",
    )


def _link_votes(links: pl.DataFrame, item_of: pl.Series) -> pl.DataFrame:
    """Return, by document and name, whether sure links with this name as words lead to its item, and elsewhere."""
    certain = links.filter(~pl.col("unsure") & (pl.col("surface") >= 0))
    agrees = pl.col(c.ITEM_ID).eq_missing(pl.lit(item_of.gather(certain["surface"])))
    return (
        certain.with_columns(agrees.alias("agrees"))
        .group_by("document", pl.col("surface").alias("name"))
        .agg(pl.col("agrees").any().alias("yes"), (~pl.col("agrees")).any().alias("no"))
    )


def _accepted() -> pl.Expr:
    """Return which candidates are mentions; candidates in a link that is certain are left to the link."""
    outside = pl.col(_LINK).is_null()
    yes, no = pl.col("yes").fill_null(False), pl.col("no").fill_null(False)
    scored = pl.col("score") > THRESHOLD
    own = (pl.col("owner") == pl.col(c.ITEM_ID)).fill_null(False)
    by_links = pl.when(yes & ~no).then(~pl.col("lowercase")).when(no & ~yes & ~own).then(False)
    outside_links = by_links.otherwise(scored | (own & ~pl.col("lowercase")))
    is_target = pl.col("unsure").fill_null(False) & (pl.col("target_item") == pl.col(c.ITEM_ID)).fill_null(
        False
    )
    return pl.when(outside).then(outside_links).otherwise(is_target & scored)

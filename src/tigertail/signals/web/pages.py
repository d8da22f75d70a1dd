"""Mentions of items on each other's pages."""

from __future__ import annotations

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.signals.web.codes import NO_OWNER, CodedMentions
from tigertail.sparse import CSR


def page_mention_counts(mentions_in_codes: CodedMentions, items: int) -> CSR:
    """Count how often an item's own pages mention each other item.

    Returns
    -------
    CSR
        Mentions; rows are pages' owners, columns who is mentioned there.
    """
    owner = pl.Series(
        "owner", mentions_in_codes.owners[mentions_in_codes.mentions["document"].to_numpy()], pl.Int32
    )
    mentions = (
        mentions_in_codes.mentions.with_columns(owner)
        .filter((pl.col("owner") != NO_OWNER) & (pl.col("owner") != pl.col("item")))
        .group_by("owner", "item")
        .agg(pl.col(c.COUNT).cast(pl.Float64).sum())
    )
    return CSR.from_coo(mentions["owner"], mentions["item"], mentions[c.COUNT], (items, items))


def page_mention_similarity(own_page_mentions: CSR) -> CSR:
    """Turn counts into affinity: how much A's pages mention B, and B's pages A.

    With f_AB the mentions of B on A's pages, d_B the number of items whose pages mention B and d the number of
    items whose pages mention any other, the score of a mention is, by a formula of our own,

        s(A, B) = f_AB / (f_AB + 1)  *  ln(1 + d / d_B) / ln(1 + d)

    and aff(A, B) = (s(A, B) + s(B, A)) / 2. What every page mentions scores little; the second mention adds
    less than the first.

    Returns
    -------
    CSR
        Entries from 0 to 1; items by items, symmetric.
    """
    owners = max(int((own_page_mentions.row_sizes > 0).sum()), 1)
    mentioners = np.bincount(own_page_mentions.indices, minlength=own_page_mentions.shape[1])
    rarity = np.log1p(owners / np.maximum(mentioners, 1)) / np.log1p(owners)
    counts = own_page_mentions.data.astype(np.float64)
    scores = counts / (counts + 1) * rarity[own_page_mentions.indices] / 2
    one_way = own_page_mentions.with_data(scores.astype(np.float32)).to_scipy()
    return CSR.from_scipy(one_way + one_way.T)

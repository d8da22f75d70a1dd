"""Session co-occurrence, as ListenBrainz counts similar artists."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tigertail.evaluation.recommender import Recommender
from tigertail.signals.co_listening import CoListening, strongest_products
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


class SessionCounts(Recommender):
    """Raw counts of playing two items together, with no regard to popularity.

        aff(A -> B) = sum_u min(r_uA, r_uB, contribution),   where that exceeds the threshold

    After ListenBrainz (listenbrainz_spark/similarity/artist.py), whose contribution of 5, threshold of 10
    and limit of 100 are the defaults. Its sessions end where nothing was played for 300 seconds, and a pair
    earns one point for every two listens, of the one and the other, in a session. Here, since
    datasets keep counts and not listens, a listener's whole history is one session; the smaller of two
    play counts, rounded up since a count may be a fraction, stands for how often both were played together, being the
    most sessions that can hold both. ListenBrainz also counts each pair of listens from both ends, which doubles its
    points before the contribution limits them; we do not, and keep its threshold. It skips listens broken off after
    less than 30 seconds, and leaves out pairs of one artist credit; neither is possible here. The affinity is symmetric
    but for what falls off the end of a full list.
    """

    neighbours: int = Field(100, ge=1)
    """Number of neighbours of each item."""
    contribution: int = Field(5, ge=1, le=100)
    """Largest number of points of a listener for a pair."""
    threshold: float = Field(10.0, ge=0)
    """Points that a pair must exceed."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "session counts"

    def fit(self, split: Split) -> CoListening:
        """Count over the training plays."""
        levels = self._levels(split.interactions.plays)
        lists = strongest_products(levels.transpose(), levels, self.neighbours)
        kept = lists.data > self.threshold
        rows, columns = lists.entry_rows()[kept], lists.indices[kept]
        return CoListening(CSR.from_coo(rows, columns, lists.data[kept], lists.shape))

    def _levels(self, plays: CSR) -> CSR:
        """Give each listener a row per level, with the items played as often as that.

        The dot product of two of its columns is then the sum of the smaller counts. So many rows are why the
        contribution has a largest value.
        """
        count = np.minimum(np.ceil(plays.data), self.contribution).astype(np.int64)
        entry = np.repeat(np.arange(plays.nnz), count)
        level = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
        rows = plays.entry_rows()[entry].astype(np.int64) * self.contribution + level
        shape = (plays.shape[0] * self.contribution, plays.shape[1])
        return CSR.from_coo(rows, plays.indices[entry], np.ones(len(entry)), shape)

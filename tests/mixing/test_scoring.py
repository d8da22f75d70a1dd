"""The kernel of the mixture: the same bits as NumPy's, for any number of threads, alone and in company."""

from __future__ import annotations

import numpy as np

from tigertail import kernels
from tigertail.mixing import Mixture
from tigertail.threads import limited

EVERY = np.arange(700, dtype=np.int32)


def test_numpy_gives_the_same_bits(wide: Mixture) -> None:
    """NumPy works out every affinity, the kernel only those above 0 where there are few."""
    together = wide.affinity(EVERY)
    with kernels.backend("numpy"):
        for query in (0, 7, 255, 256, 699):
            assert wide.affinity(EVERY[query : query + 1])[0].tobytes() == together[query].tobytes()


def test_any_number_of_threads_gives_the_same_bits(wide: Mixture) -> None:
    with limited(1):
        alone = wide.affinity(EVERY)
    assert alone.tobytes() == wide.affinity(EVERY).tobytes()

"""The benchmark counts every link, whatever is found on its page."""

from __future__ import annotations

import numpy as np
from benchmarks.name_finding import RIGHT, figures


def test_links_of_a_page_without_candidates_are_missed() -> None:
    """Each of nine pages has a name, which is found; the tenth has a link whose words are no name."""
    pages = np.arange(9)
    missed = np.array([0] * 9 + [1])
    found = figures(np.full(9, True), np.full(9, RIGHT, np.int8), pages, missed)
    figure = {name: value for name, value, _, _ in found}
    assert figure["recall"] == 1
    assert figure["recall of all links to artists"] == 0.9

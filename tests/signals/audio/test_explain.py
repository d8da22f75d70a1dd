from __future__ import annotations

import numpy as np
import pytest

from tigertail.signals.audio.explain import similar_descriptors

NAMES = ("energy", "valence", "tempo")


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ([1.0, 1.0, 1.0], [0.9, 2.0, 1.5], "similar sound: high valence, high tempo"),
        ([-1.0, 0.7, 0.0], [-1.0, 0.7, 3.0], "similar sound: low energy, high valence"),
        ([-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], "similar sound: high tempo"),
        ([3.0, 0.5, -0.6], [0.5, 3.0, -3.0], "similar sound"),
    ],
)
def test_two_are_named_in_which_both_stand_out(one: list[float], other: list[float], words: str) -> None:
    others = np.array([other, one], np.float32)
    assert similar_descriptors(np.array(one, np.float32), others, NAMES)[0].words == words

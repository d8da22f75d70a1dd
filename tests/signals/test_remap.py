"""Items under new codes: every signal says of them what it said before, and nothing of new ones."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.model import registry
from tigertail.signals.annotation import Annotation
from tigertail.signals.audio import AudioAffinity
from tigertail.signals.backoff.signal import NO_ARTIST, BackOff
from tigertail.signals.co_listening import CoListening
from tigertail.signals.contract import Explainable, Reindexable, Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening, ListeningConfig
from tigertail.signals.pairs import Pairs
from tigertail.signals.remap import ItemRemap
from tigertail.signals.sequences.signal import Sequences
from tigertail.signals.web import Web
from tigertail.sparse import CSR

# Three items; 0 goes to 2, 1 to 0 and 2 to 4; 1 and 3 are new.
TO = ItemRemap(np.array([2, 0, 4], np.int32), 5)
CHAIN = CSR.from_coo([0, 0, 1, 2], [1, 2, 2, 0], [0.9, 0.2, 0.4, 0.7], (3, 3))
VECTORS = np.array([[1, 0], [1, 1], [0, 2]], np.float32)
LABELS = CSR.from_coo([0, 0, 1, 2, 2], [0, 1, 0, 1, 2], [1, 2, 1, 3, 1], (3, 3))

SIGNALS: dict[str, Signal] = {
    "co-listening": CoListening(CHAIN),
    "pairs": Pairs(CHAIN),
    "sequences": Sequences(CHAIN),
    "web": Web(CHAIN, CHAIN, CHAIN),
    "factors": FactorAffinity(VECTORS, 0.5),
    "annotation": Annotation(
        LABELS,
        np.arange(5, dtype=np.int32),
        np.ones(5, np.uint8),
        [("genre", "one"), ("genre", "two"), ("genre", "three")],
    ),
    "audio": AudioAffinity(VECTORS, np.array([True, False, True]), "nearness", np.empty((0, 2), np.float32)),
    "described audio": AudioAffinity(
        VECTORS, np.ones(3, bool), "nearness", np.empty((0, 2), np.float32), VECTORS, ("energy", "tempo")
    ),
    "mutual audio": AudioAffinity(
        VECTORS, np.array([True, True, True]), "nearness", np.empty((0, 2), np.float32)
    ).mutual(),
    "listening": GroupedCoListening(
        ("PL",),
        {},
        np.array([0, 2, 3]),
        CSR.from_coo([0, 0, 1, 1, 2, 2], [0, 1, 0, 2, 1, 2], [1, 2, 1, 1, 3, 1], (3, 3)),
        VECTORS,
        np.array([0, 2]),
        np.array([0, 1], np.int32),
        VECTORS[:2] * 2,
        ListeningConfig(),
    ),
    "back-off": BackOff(
        FactorAffinity(VECTORS),
        FactorAffinity(VECTORS[:2]),
        np.array([1, NO_ARTIST, 0], np.int32),
        np.array([0.5, 0.2, 0.1], np.float32),
        0.4,
    ),
}


def test_every_signal_of_the_registry_that_can_be_reindexed_is_here() -> None:
    able = [name for name, spec in registry.SIGNALS.items() if issubclass(spec.signal_class, Reindexable)]
    assert set(able) <= SIGNALS.keys()


@pytest.mark.parametrize("name", SIGNALS)
def test_what_is_said_stays_and_of_new_items_nothing_is(name: str) -> None:
    before = SIGNALS[name]
    assert isinstance(before, Reindexable)
    after = before.reindexed(TO)
    assert type(after) is type(before)
    assert np.flatnonzero(after.known).tolist() == sorted(TO.new_code[before.known].tolist())
    there = before.affinity(np.arange(3, dtype=np.int32))
    here = after.affinity(np.arange(5, dtype=np.int32))
    np.testing.assert_array_equal(here[np.ix_(TO.new_code, TO.new_code)], there)
    new = np.array([1, 3])
    assert (here[:, new] == -np.inf).all()
    assert (here[new][:, TO.new_code[before.known]] == -np.inf).all()


@pytest.mark.parametrize("name", SIGNALS)
def test_what_is_told_of_an_item_goes_with_it(name: str) -> None:
    before = SIGNALS[name]
    assert isinstance(before, Reindexable)
    after = before.reindexed(TO)
    assert isinstance(before, Explainable)
    assert isinstance(after, Explainable)
    told = [before.explain(query, np.arange(3, dtype=np.int32)) for query in range(3)]
    assert [after.explain(query, TO.new_code) for query in TO.new_code.tolist()] == told
    assert not any(after.explain(TO.new_code[0], np.array([1, 3], np.int32)))


def test_what_is_said_of_an_item_goes_with_it() -> None:
    before = SIGNALS["annotation"]
    assert isinstance(before, Annotation)
    after = before.reindexed(TO)
    assert after.shared_labels(2, 4).equals(before.shared_labels(0, 2))


def test_a_back_off_on_what_cannot_move_says_so() -> None:
    class Fixed:
        known = np.ones(3, bool)

        def affinity(self, queries: np.ndarray) -> np.ndarray:
            return np.ones((len(queries), 3), np.float32)

    back_off = BackOff(Fixed(), Fixed(), np.zeros(3, np.int32), np.ones(3, np.float32), 0.4)
    with pytest.raises(TypeError, match="a Fixed cannot be reindexed"):
        back_off.reindexed(TO)

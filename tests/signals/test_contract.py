"""What every signal promises, whatever it is made of: all those of the registry, and variants of some."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tests.support import als_config

from tigertail import kernels
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.factorization import fit_als
from tigertail.mixing import Mixture, MixtureParameters
from tigertail.mixing.terms import Terms
from tigertail.model.registry import MIXTURE, SIGNALS
from tigertail.signals import contract
from tigertail.signals.annotation import Annotation
from tigertail.signals.audio import AudioAffinity
from tigertail.signals.backoff.signal import NO_ARTIST, BackOff
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.signals.contract import Explainable, FittedSignal, Persistent, Signal
from tigertail.signals.evidence import KINDS, Evidence
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening, Groups, ListeningConfig, fit_listening
from tigertail.signals.pairs import PairsConfig, fit_pairs
from tigertail.signals.sequences.signal import SequencesConfig, fit_sequences
from tigertail.signals.web import WebConfig, fit_web
from tigertail.sparse import CSR
from tigertail.testing.signals import SIGNAL_CHECKS, check_unknown_queries

ITEMS = 150  # more than two blocks of the compiled products
UNKNOWN = [3, 149]


def popularity() -> Popularity:
    listeners = np.random.default_rng(0).integers(1, 50, ITEMS)
    listeners[UNKNOWN] = 0
    return Popularity(listeners)


def factors() -> FactorAffinity:
    vectors = np.random.default_rng(1).normal(size=(ITEMS, 7)).astype(np.float32)
    vectors[UNKNOWN] = 0
    return FactorAffinity(vectors)


def co_listening() -> CoListening:
    rng = np.random.default_rng(2)
    plays = rng.random((200, ITEMS)) < 0.1
    plays[:, UNKNOWN] = False
    row, column = np.nonzero(plays)
    weights = CSR.from_coo(row, column, rng.uniform(1, 3, len(row)), plays.shape)
    return fit_co_listening(weights, CoListeningConfig(neighbours=20))


def listening() -> GroupedCoListening:
    rng = np.random.default_rng(2)
    plays = rng.random((200, ITEMS)) < 0.1
    plays[:, UNKNOWN] = False
    row, column = np.nonzero(plays)
    weights = CSR.from_coo(row, column, rng.uniform(1, 3, len(row)), plays.shape)
    solved = fit_als(weights, als_config(factors=7, iterations=2))
    groups = Groups(
        tuple(f"cluster-{number}" for number in range(1, 10)), (np.arange(200) % 10).astype(np.int32)
    )
    return fit_listening(weights, solved, groups, ListeningConfig(shrinkage=5), alpha0=0.02)


def through_a_lens() -> GroupedCoListening:
    return listening().localised_by_group([2, 5], 0.8)


def of_table(
    table: str, fit: Callable[[Dataset, Interactions], Signal], rows: pl.DataFrame, *items: str
) -> Signal:
    """Fit a signal to a table, whose ``items`` are numbers yet; an item's code is its number."""
    ids = [f"{number:03}" for number in range(ITEMS)]
    rows = rows.with_columns(pl.col(items).cast(pl.String).str.zfill(3))
    plays = pl.DataFrame({"listener_id": "ann", "item_id": ids, "plays": 1.0})
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset.write(Path(folder) / "dataset", {"plays": plays, table: rows}, name="small")
        return fit(dataset, Interactions.of(dataset))


def some_items(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    return rng.choice(np.delete(np.arange(ITEMS), UNKNOWN), size)


def sequences() -> Signal:
    rng = np.random.default_rng(3)
    shows = np.repeat(np.arange(60), 12)
    rows = {
        "sequence_id": shows.astype(str),
        "position": np.tile(np.arange(12), 60),
        "item_id": some_items(rng, 720),
        "curator": (shows % 7).astype(str),
    }
    config = SequencesConfig(neighbours=20)
    return of_table(
        "sequences", lambda data, codes: fit_sequences(data, codes, config), pl.DataFrame(rows), "item_id"
    )


def pairs() -> Signal:
    rng = np.random.default_rng(4)
    rows = pl.DataFrame(
        {"item_a": some_items(rng, 900), "item_b": some_items(rng, 900), "count": rng.integers(1, 9, 900)}
    )
    config = PairsConfig(neighbours=20)
    return of_table("pairs", lambda data, codes: fit_pairs(data, codes, config), rows, "item_a", "item_b")


def back_off() -> BackOff:
    rng = np.random.default_rng(5)
    artists = np.array([0, 1], np.int32).repeat(ITEMS // 2)
    artists[UNKNOWN] = NO_ARTIST
    vectors = FactorAffinity(np.array([[1, 0], [1, 1]], np.float32))
    return BackOff(factors(), vectors, artists, rng.random(ITEMS).astype(np.float32), 1.5)


def annotation() -> Annotation:
    rng = np.random.default_rng(3)
    carried = rng.random((ITEMS, 40)) < 0.15
    carried[:, 0] = True
    carried[UNKNOWN] = False
    row, column = np.nonzero(carried)
    weights = CSR.from_coo(row, column, rng.uniform(1, 3, len(row)), carried.shape)
    people = rng.integers(0, 5, len(row)).astype(np.int32)
    labels = [("tag", f"label {label}") for label in range(30)]  # the other columns are annotators
    return Annotation(weights, people, (people == 0).astype(np.uint8), labels, typical_amount=5.0)


def web() -> Signal:
    rng = np.random.default_rng(6)
    rows = {
        "item_id": some_items(rng, 900),
        "document_id": rng.integers(0, 150, 900).astype(str),
        "count": np.ones(900),
        "positions": rng.integers(0, 500, (900, 1)).tolist(),
    }
    return of_table(
        "mentions",
        lambda data, codes: fit_web(data, codes, WebConfig(neighbours=20)),
        pl.DataFrame(rows).unique(["item_id", "document_id"], maintain_order=True),
        "item_id",
    )


def nearness() -> AudioAffinity:
    vectors = np.random.default_rng(3).normal(size=(ITEMS, 7)).astype(np.float32)
    known = np.ones(ITEMS, np.bool_)
    vectors[UNKNOWN], known[UNKNOWN] = 0, False
    none, names = np.empty((0, 2), np.float32), ("energy", "tempo", "valence")
    return AudioAffinity(vectors, known, "nearness", none, vectors[:, :3].copy(), names)


def audio() -> AudioAffinity:
    return replace(nearness(), metric="cosine").mutual()


def mixture() -> Mixture:
    parts = {"listening": listening(), "annotation": annotation()}
    terms = Terms(tuple(parts), ("listening",), (("listening", "annotation"),))
    taste = np.tile([0.4, 0.1, 0.2, 0.1, 0.1], (len(terms), 1))
    parameters = MixtureParameters(terms, taste, np.full((len(terms), 2), 0.3), 50, 1, (0.5, 0.2))
    return Mixture(
        parts, parameters, parts["listening"].popularity, parts["listening"].adjusted_listeners, 0.5, 0.3
    )


def example(name: str) -> Signal:
    """Return a signal of the registry; its example is the function of its name in this module."""
    made: Signal = globals()[name.replace("-", "_")]()
    assert isinstance(made, SIGNALS[name].signal_class)
    return made


VARIANTS: dict[str, Callable[[], Signal]] = {
    "popularity": popularity,
    "listening through a lens": through_a_lens,
    "audio, raw": nearness,
    "mixture": mixture,
}
EXAMPLES: dict[str, Callable[[], Signal]] = {name: partial(example, name) for name in SIGNALS} | VARIANTS
EVERY = np.arange(ITEMS, dtype=np.int32)


@pytest.fixture(params=EXAMPLES)
def signal(request: pytest.FixtureRequest) -> Signal:
    return EXAMPLES[request.param]()


def test_the_table_of_exponents_has_every_signal() -> None:
    table = str(contract.__doc__).split("\n====")[2]
    assert set(re.findall(r"^([\w-]+)  ", table, re.M)) == {MIXTURE, *SIGNALS}


@pytest.mark.parametrize("check", SIGNAL_CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(signal: Signal, check: Callable[[Signal], None]) -> None:
    check(signal)


def test_it_knows_every_item_but_the_unknown(signal: Signal) -> None:
    assert np.flatnonzero(~signal.known).tolist() == UNKNOWN


def test_an_unknown_item_has_no_answers(signal: Signal) -> None:
    if isinstance(signal, Popularity):
        pytest.skip("popularity answers every query alike, even of an item it has never seen")
    check_unknown_queries(signal)


@pytest.mark.parametrize("name", EXAMPLES)
def test_numpy_answers_one_query_as_the_compiled_kernels_do(name: str) -> None:
    together = EXAMPLES[name]().affinity(EVERY)
    signal = EXAMPLES[name]()
    for query in EVERY:
        with kernels.backend("numpy"):
            alone = signal.affinity(np.array([query], np.int32))[0]
        assert alone.tobytes() == together[query].tobytes()


def test_affinity_leaves_its_queries_alone(signal: Signal) -> None:
    queries = np.array([7, 3], np.int32)
    signal.affinity(queries)
    assert queries.tolist() == [7, 3]


# A mixture is explained by its parts, and kept beside them (tests/mixing).
EXPLAINABLE = [name for name in EXAMPLES if name not in ("popularity", "mixture")]
# A lens belongs to the question, and is not kept.
PERSISTENT = [name for name in EXPLAINABLE if name != "listening through a lens"]


@pytest.mark.parametrize("name", EXPLAINABLE)
def test_every_link_has_an_explanation_and_unknown_items_have_none(name: str) -> None:
    signal = EXAMPLES[name]()
    assert isinstance(signal, Explainable)
    reasons = signal.explain(5, EVERY)
    assert [type(reason) for reason in reasons] == [Evidence] * ITEMS
    assert {fact.kind for reason in reasons for fact in reason.facts} <= set(KINDS)
    assert any(reasons)
    assert not any(reasons[item] for item in [5, *UNKNOWN]), "nor has the item itself"
    assert signal.explain(5, np.array([9, 4, 9], np.int32)) == [reasons[9], reasons[4], reasons[9]]
    assert signal.explain(5, np.empty(0, np.int32)) == []
    for query in UNKNOWN:
        assert not any(signal.explain(query, EVERY))


@pytest.mark.parametrize("name", PERSISTENT)
def test_a_signal_kept_as_arrays_explains_as_before(name: str) -> None:
    kept: FittedSignal = EXAMPLES[name]()  # type: ignore[assignment]
    again = type(kept).from_arrays(*kept.to_arrays())
    assert isinstance(kept, Explainable)
    assert isinstance(again, Explainable)
    assert again.explain(5, EVERY) == kept.explain(5, EVERY)


@pytest.mark.parametrize("name", PERSISTENT)
def test_a_signal_kept_as_arrays_answers_as_before(name: str) -> None:
    signal = EXAMPLES[name]()
    assert isinstance(signal, Persistent)
    kept: FittedSignal = signal  # type: ignore[assignment]
    again = type(kept).from_arrays(*kept.to_arrays())
    assert again.affinity(EVERY).tobytes() == signal.affinity(EVERY).tobytes()


def asymmetry(scores: NDArray[np.float32]) -> float:
    """Return the largest difference between two directions, as a share of the largest affinity."""
    both = np.isfinite(scores) & np.isfinite(scores.T)
    return float(np.abs(scores[both] - scores.T[both]).max() / np.abs(scores[both]).max())


@pytest.mark.parametrize(
    ("name", "directed"),
    [("factors", True), ("co-listening", False), ("listening", True), ("annotation", True)],
)
def test_affinity_is_directed_unless_it_is_a_cosine(name: str, directed: bool) -> None:
    # Factors and annotations lean to the popular by default; co-listening is the cosine by default.
    assert (asymmetry(EXAMPLES[name]().affinity(EVERY)) > 1e-3) == directed
    assert asymmetry(factors().with_beta(1.0).affinity(EVERY)) < 1e-6

"""Artist back-off: four tracks of two artists, one track that nobody heard yet, one of nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.signals.backoff.signal import NO_ARTIST, BackOff, BackOffConfig, fit_back_off
from tigertail.signals.co_listening import CoListening
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.sparse import CSR

TRACKS = ["can 1", "can 2", "wire 1", "wire 2", "new", "nobodys", "alone"]
CAN, WIRE, SADE = 0, 1, 2


def lists(pairs: dict[tuple[int, int], float], size: int) -> CoListening:
    rows, columns = zip(*pairs, strict=True)
    return CoListening(CSR.from_coo(rows, columns, list(pairs.values()), (size, size)))


@pytest.fixture
def signal() -> BackOff:
    """Tracks 0 and 2 are neighbours, and 2 and 3; track 4, by Wire, is new; 5 is nobody's, 6 of Sade's."""
    own = lists({(0, 2): 0.4, (2, 0): 0.4, (2, 3): 0.8, (3, 2): 0.8, (5, 0): 0.5, (0, 5): 0.5}, 7)
    artists = lists({(CAN, WIRE): 0.3, (WIRE, CAN): 0.3}, 3)
    artist_of = np.array([CAN, CAN, WIRE, WIRE, WIRE, NO_ARTIST, SADE], np.int32)
    trust = np.array([0.5, 0.5, 0.5, 0.5, 0.0, 0.5, 0.0], np.float32)
    return BackOff(own, artists, artist_of, trust, same_artist=1.5)


def affinity(signal: Signal, query: int) -> list[float]:
    return [float(value) for value in signal.affinity(np.array([query], np.int32))[0]]


def test_affinity_is_the_formula(signal: BackOff) -> None:
    scores = affinity(signal, 2)
    assert scores[0] == pytest.approx(0.25 * 0.4 / 0.8 + 0.75 * 1.0), "a neighbour, of a close artist"
    assert scores[3] == pytest.approx(0.25 * 0.8 / 0.8 + 0.75 * 1.5), "the best neighbour, of the same artist"
    assert scores[1] == pytest.approx(0.75 * 1.0), "only its artist speaks for it"
    assert scores[4] == pytest.approx(1.5), "nobody heard it: its artist has the whole word"
    assert scores[5] == scores[6] == -np.inf


def test_a_new_track_asks_through_its_artist(signal: BackOff) -> None:
    assert affinity(signal, 4)[:4] == pytest.approx([1.0, 1.0, 1.5, 1.5])


def test_a_track_of_nobodys_has_only_its_own(signal: BackOff) -> None:
    scores = affinity(signal, 5)
    assert scores[0] == pytest.approx(0.25)
    assert scores[1] == -np.inf


def test_it_knows_what_either_knows(signal: BackOff) -> None:
    assert signal.known.tolist() == [True] * 6 + [False]
    assert set(affinity(signal, 6)) == {-np.inf}


def told(signal: BackOff, query: int, items: Iterable[int]) -> list[str]:
    return [evidence.words for evidence in signal.explain(query, np.array(items, np.int32))]


def test_it_tells_what_its_parts_tell(signal: BackOff) -> None:
    together, same = "by similar artists", "by the same artist"
    assert told(signal, 2, range(7)) == [
        *("played by the same listeners", together, "", "played by the same listeners", same),
        *("", ""),
    ]
    assert told(signal, 6, [0, 5]) == ["", ""], "an artist who goes with nobody"
    assert told(signal, 5, [0, 1]) == ["played by the same listeners", ""]


def test_without_explainable_parts_the_same_artist_is_the_explanation(signal: BackOff) -> None:
    silent = Popularity(np.arange(7))
    mute = replace(signal, own=silent, artists=silent)
    assert told(mute, 0, [1, 2]) == ["by the same artist", ""]


def test_it_is_the_same_after_a_stay_on_disk(signal: BackOff) -> None:
    own, artists = (FactorAffinity(np.eye(size, 4, dtype=np.float32) + 1) for size in (7, 3))
    signal = replace(signal, own=own, artists=artists)
    again = BackOff.from_arrays(*signal.to_arrays())
    every = np.arange(7, dtype=np.int32)
    assert again.affinity(every).tobytes() == signal.affinity(every).tobytes()
    with pytest.raises(TypeError, match="a Popularity cannot be kept"):
        replace(signal, artists=Popularity(np.array([3, 2, 1]))).to_arrays()


def dataset(folder: Path, items: pl.DataFrame) -> Dataset:
    plays = pl.DataFrame(
        [("ann", "t1", 2.0), ("ann", "t2", 1.0), ("bob", "t1", 1.0), ("bob", "t3", 1.0)],
        ["listener_id", "item_id", "plays"],
        orient="row",
    )
    return Dataset.write(folder / "dataset", {"plays": plays, "items": items}, name="tracks")


def test_artists_hear_all_that_their_tracks_have(tmp_path: Path) -> None:
    items = pl.DataFrame(
        {
            "item_id": ["t1", "t2", "t3", "t4", "can"],
            "name": "x",
            "kind": ["track"] * 4 + ["artist"],
            "artist_id": ["can", "can", "wire", "sade", None],
        }
    )
    made = dataset(tmp_path, items)
    interactions = Interactions.of(made)
    heard: list[Interactions] = []

    def fit_artists(listening: Interactions) -> Signal:
        heard.append(listening)
        return Popularity(listening.item_listeners)

    own = Popularity(interactions.item_listeners)
    signal = fit_back_off(made, interactions, own, fit_artists, BackOffConfig(shrinkage=2.0))
    assert heard[0].items.ids.to_list() == ["can", "wire", "sade"]
    assert heard[0].plays.row(0)[1].tolist() == [3.0], "two tracks of Can's, played twice and once"
    assert interactions.items.ids.to_list() == ["t1", "t2", "t3", "can", "t4"]
    assert signal.artist_of.tolist() == [0, 0, 1, 0, 2], "an artist is their own"
    assert signal.own_weight.tolist() == pytest.approx([0.5, 1 / 3, 1 / 3, 0, 0])


def test_tracks_without_artists_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    made = dataset(tmp_path, pl.DataFrame({"item_id": ["t1", "t2", "t3"], "name": "x", "kind": "track"}))
    interactions = Interactions.of(made)
    own = Popularity(interactions.item_listeners)
    with pytest.raises(DataError, match="no item has a known artist") as error:
        fit_back_off(made, interactions, own, lambda listening: own, BackOffConfig())
    assert error.value.remedy


def of_factors(rng: np.random.Generator) -> BackOff:
    """Sixty tracks of ten artists, the vectors of a track near that of its artist; the last six without a listener."""
    artists = rng.normal(size=(10, 4)).astype(np.float32)
    artist_of = np.repeat(np.arange(10, dtype=np.int32), 6)
    tracks = (artists[artist_of] + 0.3 * rng.normal(size=(60, 4))).astype(np.float32)
    tracks[54:] = 0
    weights = np.where(np.arange(60) < 54, rng.random(60), 0).astype(np.float32)
    return BackOff(FactorAffinity(tracks), FactorAffinity(artists), artist_of, weights, same_artist=1.5)


def test_the_affinity_of_pairs_is_that_to_all() -> None:
    signal = of_factors(np.random.default_rng(0))
    queries = np.arange(60, dtype=np.int32)
    starts = np.arange(61, dtype=np.int64) * 60
    at = signal.affinity_of_pairs(queries, starts, np.tile(queries, 60)).reshape(60, 60)
    expected = signal.affinity(queries)
    others = ~np.eye(60, dtype=np.bool_)
    assert at[others] == pytest.approx(expected[others], rel=1e-5, abs=1e-6)


def test_a_track_without_a_listener_finds_those_of_its_artist_and_of_near_artists() -> None:
    signal = of_factors(np.random.default_rng(0))
    found = signal.nearest(np.array([57], np.int32), 10, np.zeros(60, np.uint8))[0]
    assert set(range(54, 60)) <= set(found.tolist()), "its artist's"
    best = np.argsort(-signal.affinity(np.array([57], np.int32))[0], kind="stable")[:12]
    assert set(best.tolist()) <= set(found.tolist())

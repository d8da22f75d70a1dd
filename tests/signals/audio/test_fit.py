"""Sound is asked of artists nobody has heard, and answers with those that sound like them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tests.signals.audio.conftest import ARTISTS, Make, code, sounds
from tests.support import als_config

from tigertail.dataset.interactions import Interactions
from tigertail.errors import ConfigError
from tigertail.factorization import fit_als
from tigertail.signals.audio import AudioAffinity, AudioConfig, fit_audio
from tigertail.threads import limited


def factors(interactions: Interactions) -> NDArray[np.float32]:
    return fit_als(interactions.plays, als_config(factors=4, iterations=4), seed=0).items


def share_of_its_own(signal: AudioAffinity, interactions: Interactions) -> float:
    """Return how many of the ten nearest have the artist's own sound, over some, the last two heard by nobody."""
    found = []
    for item in (f"a{n:02}" for n in range(80, ARTISTS)):
        query = code(interactions, item)
        scores = signal.affinity(np.array([query], np.int32))[0]
        scores[query] = -np.inf
        best = [interactions.items.ids[int(n)] for n in np.argsort(-scores)[:10]]
        found += [int(other[1:]) % 2 == int(item[1:]) % 2 for other in best]
    return float(np.mean(found))


LABELS = pl.DataFrame({"item_id": [f"a{n:02}" for n in range(ARTISTS - 2)]}).with_columns(
    facet=pl.lit("tag"),
    label=pl.col("item_id").str.slice(1).cast(pl.Int32).mod(2).replace_strict({0: "quiet", 1: "loud"}),
    weight=pl.lit(1.0),
    source=pl.lit("crowd"),
)


@pytest.mark.parametrize("targets", ["factors", "labels", "both"])
def test_what_matters_in_a_sound_is_learned(make: Make, targets: str) -> None:
    dataset, interactions = make(sounds(), annotations=LABELS)
    raw = fit_audio(dataset, interactions, AudioConfig(targets="none"))
    config = AudioConfig.model_validate({"targets": targets})
    learned = fit_audio(dataset, interactions, config, factors(interactions))
    plain, taught = share_of_its_own(raw, interactions), share_of_its_own(learned, interactions)
    assert taught > plain + 0.1 > 0.7, "most descriptors are noise, and that is found out"


def test_before_anyone_teaches_the_descriptors_are_compared(make: Make) -> None:
    dataset, interactions = make(sounds())
    strict = AudioConfig(min_listeners=1_000)
    plain = fit_audio(dataset, interactions, AudioConfig(targets="none"))
    assert (fit_audio(dataset, interactions, strict, factors(interactions)).vectors == plain.vectors).all()


def test_nothing_is_predicted_of_the_one_artist_who_teaches(make: Make) -> None:
    """Left out, they leave nothing to predict their tracks from: rounding must not pass for a direction."""
    ids = [f"a{n:02}" for n in range(ARTISTS)]
    artists = ["known"] * (ARTISTS - 2) + ["unheard", "another"]
    tracks = pl.DataFrame({"item_id": ids, "name": ids, "kind": "track", "artist_id": artists})
    dataset, interactions = make(sounds(), items=tracks)
    vectors = fit_audio(dataset, interactions, AudioConfig(min_listeners=1), factors(interactions)).vectors
    unheard = [code(interactions, item) for item in ids[-2:]]
    assert np.linalg.norm(vectors[unheard], axis=1) == pytest.approx(1)
    assert not np.delete(vectors, unheard, axis=0).any()


def test_factors_to_be_learned_must_be_given(make: Make) -> None:
    with pytest.raises(ConfigError, match="were not given"):
        fit_audio(*make(sounds()))


def test_the_same_data_give_the_same_bytes_for_any_number_of_threads(make: Make) -> None:
    dataset, interactions = make(sounds(), annotations=LABELS)
    vectors = factors(interactions)
    made = []
    for threads in (1, None):
        with limited(threads):
            signal = fit_audio(dataset, interactions, AudioConfig(targets="both", hubness="mutual"), vectors)
        made.append([array.tobytes() for array in signal.to_arrays()[0].values()])
    assert made[0] == made[1]


def test_the_order_of_the_table_does_not_matter(make: Make) -> None:
    (one, codes), (other, _) = make(sounds()), make(sounds().reverse())
    vectors = factors(codes)
    assert (
        fit_audio(one, codes, None, vectors).vectors == fit_audio(other, codes, None, vectors).vectors
    ).all()


def test_what_can_be_said_of_a_sound_is_kept_beside_what_is_learned(make: Make) -> None:
    dataset, interactions = make(sounds())
    signal = fit_audio(dataset, interactions, None, factors(interactions))
    assert signal.names == ("energy",), "nobody would call a noise by its number"
    quiet, quieter, loud = (code(interactions, item) for item in ("a00", "a02", "a01"))
    assert (signal.descriptors[[quiet, quieter, loud], 0] > 0).tolist() == [False, False, True]
    assert signal.descriptors.dtype == np.float32

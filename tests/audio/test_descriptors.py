from __future__ import annotations

import numpy as np
import pytest
from tests.audio.conftest import RATE, Samples, clicks, noise, tone

from tigertail.audio import AnalysisConfig, describe
from tigertail.errors import DataError

CONFIG = AnalysisConfig()


def chord(*semitones: int, seconds: float = 4.0) -> Samples:
    """Return tones at semitones above the A of 220 Hz, their overtones faint."""
    notes = [tone(220 * 2 ** (n / 12) * k, seconds) / k**2 for n in semitones for k in (1, 2, 3)]
    return np.asarray(np.sum(notes, axis=0) / len(semitones), np.float32)


AWKWARD = {
    "an impulse": np.eye(1, 4 * RATE, 2 * RATE, dtype=np.float32)[0],
    "a constant": np.full(4 * RATE, 0.5, np.float32),
    "half silence": np.concatenate([np.zeros(2 * RATE, np.float32), noise(2)]),
    "a square": np.sign(tone(100)),
    "a moment": tone(440, 0.05),
    "all but silence": np.float32(1e-4) * noise(),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_every_sound_has_the_same_descriptors_all_finite(name: str) -> None:
    found = describe(AWKWARD[name], CONFIG)
    assert list(found) == list(describe(noise(), CONFIG))
    assert np.isfinite(list(found.values())).all()


def test_the_length_of_a_recording_is_no_descriptor() -> None:
    once = clicks(120, 16.0)
    short, long = (np.array([*describe(np.tile(once, times), CONFIG).values()]) for times in (1, 3))
    np.testing.assert_allclose(short, long, atol=0.6, rtol=0.05)


def test_harmony_is_the_same_in_every_key() -> None:
    low, high = (describe(chord(*(n + key for n in (0, 4, 7))), CONFIG) for key in (0, 5))
    other = describe(chord(0, 1, 2), CONFIG)
    names = [name for name in low if name.startswith(("harmony", "key_fit", "major"))]
    change = sum(abs(low[name] - high[name]) for name in names)
    assert change < 0.2 * sum(abs(low[name] - other[name]) for name in names)


def test_major_is_major_and_minor_is_minor() -> None:
    major = np.concatenate([chord(*notes) for notes in ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))])
    minor = np.concatenate([chord(*notes) for notes in ((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7))])
    assert describe(major, CONFIG)["major"] > 0 > describe(minor, CONFIG)["major"]


def test_a_louder_sound_differs_in_its_loudness_alone() -> None:
    soft, loud = describe(noise() / 10, CONFIG), describe(noise(), CONFIG)
    changed = {name for name in soft if abs(soft[name] - loud[name]) > 0.01}
    assert changed == {"rms_mean"}
    assert loud["rms_mean"] - soft["rms_mean"] == pytest.approx(20, abs=0.1)


def test_harmony_that_moves_is_told_from_harmony_that_stays() -> None:
    moving = np.concatenate([chord(0, 4, 7, seconds=1), chord(5, 9, 12, seconds=1)] * 4)
    assert (
        describe(moving, CONFIG)["harmonic_change"] > 5 * describe(chord(0, 4, 7), CONFIG)["harmonic_change"]
    )


@pytest.mark.parametrize("seconds", [4.0, 4.1, 4.2, 4.4, 4.6])
def test_harmony_that_stays_changes_nowhere_not_even_at_the_end(seconds: float) -> None:
    whole = describe(chord(0, 4, 7), CONFIG)["harmonic_change"]
    assert describe(chord(0, 4, 7, seconds=seconds), CONFIG)["harmonic_change"] < 1.2 * whole


@pytest.mark.parametrize("sample", [np.nan, np.inf, 1e20])
def test_samples_that_are_no_sound_are_refused(sample: float) -> None:
    samples = noise()
    samples[100] = sample
    with pytest.raises(DataError, match="far beyond full scale") as error:
        describe(samples, CONFIG)
    assert error.value.remedy


def test_the_same_samples_give_the_same_numbers() -> None:
    assert describe(noise(), CONFIG) == describe(noise(), CONFIG)


def test_settings_say_which_descriptors_there_are() -> None:
    fewer = describe(noise(), AnalysisConfig(mfccs=8))
    assert {name for name in describe(noise(), CONFIG) if name not in fewer} == {
        f"mfcc_{kind}{number:02}_{what}"
        for number in range(8, 20)
        for kind, what in (("", "mean"), ("", "std"), ("delta_", "std"))
    }

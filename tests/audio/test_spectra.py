"""Each quantity beside librosa's own, computed one by one."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from tests.audio.conftest import RATE, Samples, clicks, noise, tone

from tigertail.audio.config import AnalysisConfig
from tigertail.audio.spectra import FRAME_STATISTICS, spectra

CONFIG = AnalysisConfig()
SOUNDS = {
    "noise": noise(),
    "chord": tone(220) + tone(277.2) + tone(329.6) + 0.01 * noise(),
    "clicks": clicks(120, 4.0),
}


@pytest.fixture(params=SOUNDS)
def samples(request: pytest.FixtureRequest) -> Samples:
    return SOUNDS[request.param]


def test_the_mel_spectrum_is_librosas(samples: Samples) -> None:
    power = librosa.feature.melspectrogram(y=samples, sr=RATE, n_mels=CONFIG.mels)
    level = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=80)
    np.testing.assert_allclose(spectra(samples, CONFIG).mel, level.T, atol=0.05)


def test_the_statistics_of_frames_are_librosas(samples: Samples) -> None:
    ours = dict(zip(FRAME_STATISTICS, spectra(samples, CONFIG).statistics.T, strict=True))
    magnitude = np.abs(librosa.stft(samples))
    feature = librosa.feature
    expected = {
        "centroid": feature.spectral_centroid(S=magnitude, sr=RATE),
        "bandwidth": feature.spectral_bandwidth(S=magnitude, sr=RATE),
        "rolloff": feature.spectral_rolloff(S=magnitude, sr=RATE),
        "flatness": feature.spectral_flatness(S=magnitude),
        "rms": feature.rms(y=samples, pad_mode="constant"),
    }
    for name, theirs in expected.items():
        np.testing.assert_allclose(ours[name], theirs[0], rtol=0.01, atol=1e-4, err_msg=name)


def test_chroma_is_librosas_but_for_its_scale(samples: Samples) -> None:
    theirs = librosa.feature.chroma_stft(S=np.abs(librosa.stft(samples)) ** 2, sr=RATE, norm=1, tuning=0)
    np.testing.assert_allclose(spectra(samples, CONFIG).chroma, theirs.T, atol=1e-4)


def test_contrast_is_high_where_a_tone_stands_out() -> None:
    alone = spectra(tone(1_000) + 0.001 * noise(), CONFIG).contrast.mean(axis=0)
    assert np.argmax(alone) == 3, "the octave from 800 to 1,600 Hz"
    assert alone[3] > spectra(noise(), CONFIG).contrast.mean(axis=0).max() + 20


def test_a_transform_that_ends_below_the_highest_band_gives_it_its_last_frequency() -> None:
    lowest = AnalysisConfig(sample_rate=12_800, fft=2_047)
    heard = spectra(noise(), lowest)
    assert not heard.contrast[:, -1].any()
    assert (heard.contrast[:, :-1] > 0).all()


def test_the_number_of_frames_does_not_depend_on_the_blocks() -> None:
    heard = spectra(noise(15.0), CONFIG)
    assert len(heard.mel) == len(heard.statistics) == 1 + 15 * RATE // CONFIG.hop
    assert heard.rate == pytest.approx(43.07, abs=0.01)

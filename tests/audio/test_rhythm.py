from __future__ import annotations

import pytest
from tests.audio.conftest import Samples, clicks, noise, tone

from tigertail.audio.config import AnalysisConfig
from tigertail.audio.rhythm import modulation, rhythm
from tigertail.audio.spectra import spectra


def found(samples: Samples) -> dict[str, float]:
    return rhythm(spectra(samples, AnalysisConfig()))


@pytest.mark.parametrize("beats", [80, 96, 120, 150])
def test_clicks_have_the_tempo_they_were_made_with(beats: float) -> None:
    heard = found(clicks(beats))
    assert 120 * 2 ** heard["tempo_octaves"] == pytest.approx(beats, rel=0.02)
    assert heard["onset_rate"] == pytest.approx(beats / 60, rel=0.1)


def test_a_beat_is_clear_and_noise_has_none() -> None:
    assert found(clicks(120))["beat_clarity"] > 0.5 > 3 * found(noise(20))["beat_clarity"]


def test_modulation_is_strongest_where_it_beats() -> None:
    heard = modulation(spectra((1 + tone(3.0, 20)) * noise(20), AnalysisConfig()))
    for group in range(6):
        bands = {name: value for name, value in heard.items() if name.endswith(f"_{group}")}
        assert max(bands, key=lambda name: bands[name]) == f"modulation_2hz_{group}"


def test_a_moment_of_sound_has_a_rhythm_too() -> None:
    assert all(abs(value) < 1e3 for value in found(tone(440, 0.02)).values())

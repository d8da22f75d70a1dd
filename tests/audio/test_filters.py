from __future__ import annotations

import librosa
import numpy as np
import pytest

from tigertail.audio.filters import chroma_filters, mel_filters

SHAPES = [(22_050, 2_048), (44_100, 4_096), (8_000, 512)]


@pytest.mark.parametrize(("rate", "fft"), SHAPES)
def test_mel_filters_are_librosas(rate: int, fft: int) -> None:
    theirs = librosa.filters.mel(sr=rate, n_fft=fft, n_mels=40, dtype=np.float64)
    np.testing.assert_allclose(mel_filters(rate, fft, 40), theirs.T, atol=1e-12)


@pytest.mark.parametrize(("rate", "fft"), SHAPES)
def test_chroma_filters_are_librosas(rate: int, fft: int) -> None:
    theirs = librosa.filters.chroma(sr=rate, n_fft=fft, dtype=np.float64)
    np.testing.assert_allclose(chroma_filters(rate, fft), theirs.T, atol=1e-9)


def test_a_is_an_a() -> None:
    bin_of_440 = round(440 * 2_048 / 22_050)
    assert np.argmax(chroma_filters(22_050, 2_048)[bin_of_440]) == 9

"""Rhythm: how often something starts, how fast the beat is and how clear."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.audio.spectra import Spectra

Floats = NDArray[np.float32]

MIN_BPM, MAX_BPM = 40.0, 240.0  # beats per minute looked for
_PREFERRED_BPM: Final = 120.0  # beats per minute, where the ear prefers to hear the beat
_TEMPO_SIGMA: Final = 1.0  # octaves
_FLOOR: Final = 1e-3  # added before the logarithm is taken

MODULATIONS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Edges of the bands of modulation, Hz."""
MEL_BAND_GROUPS: Final = 6  # groups of mel bands whose modulation is averaged
_WINDOW: Final = 6.0  # seconds over which modulation is measured (Pampalk et al. 2002)


def rhythm(frames: Spectra) -> dict[str, float]:
    """Describe the rhythm of a recording.

    The onset envelope is the rise of level from frame to frame, averaged over the mel bands. The tempo is
    the lag with the highest autocorrelation, weighted by how readily the ear takes it for the beat: a
    Gaussian over the octaves around 120 beats per minute (Ellis, "Beat tracking by dynamic programming",
    2007, eq. 6). Clarity is the autocorrelation at that lag divided by that at lag 0. ``tempo_octaves`` counts octaves
    from 120 beats per minute.
    """
    rise = np.maximum(np.diff(frames.mel, axis=0), 0).mean(axis=1)
    if len(rise) < 2:
        rise = np.zeros(2, np.float32)
    envelope = rise - rise.mean()
    lags = np.arange(
        max(1, int(frames.rate * 60 / MAX_BPM)), max(3, int(np.ceil(frames.rate * 60 / MIN_BPM)) + 1)
    )
    autocorrelation = _autocorrelation(envelope, lags[-1] + 2)
    normalised = autocorrelation / max(float(autocorrelation[0]), 1e-12)
    weight = np.exp(-0.5 * (np.log2(60 * frames.rate / lags / _PREFERRED_BPM) / _TEMPO_SIGMA) ** 2)
    best = int(lags[np.argmax(normalised[lags] * weight)])
    is_peak = rise[1:-1] > np.maximum(rise[:-2], rise[2:])
    onsets = int((is_peak & (rise[1:-1] > rise.mean() + rise.std())).sum())
    return {
        "onset_mean": float(rise.mean()),
        "onset_std": float(rise.std()),
        "onset_rate": onsets * frames.rate / len(rise),
        "tempo_octaves": float(
            np.log2(60 * frames.rate / (best + _peak_offset(normalised, best)) / _PREFERRED_BPM)
        ),
        "beat_clarity": float(normalised[best]),
    }


def modulation(frames: Spectra) -> dict[str, float]:
    """Describe how fast the level of low, middle and high bands comes and goes.

    In dB of the power at which the level, itself in dB, is modulated: differences between recordings mean something.

    Fluctuation patterns of Pampalk, Rauber and Merkl, "Content-based organization and visualization of
    music archives" (2002), in octaves of modulation and without the model of the ear.
    """
    window = min(int(_WINDOW * frames.rate), len(frames.mel))
    starts = range(0, max(1, len(frames.mel) - window + 1), max(1, window // 2))
    hann = np.hanning(window + 2)[1:-1].astype(np.float32)[:, None]
    hertz = np.fft.rfftfreq(window, 1 / frames.rate)
    energy = np.zeros((len(hertz), frames.mel.shape[1]))
    for start in starts:
        part = frames.mel[start : start + window]
        energy += np.abs(np.fft.rfft((part - part.mean(axis=0)) * hann, axis=0)) ** 2
    energy /= len(starts) * window
    groups = np.array_split(np.arange(frames.mel.shape[1]), MEL_BAND_GROUPS)
    descriptors = {}
    for low, high in pairwise(MODULATIONS):
        rows = energy[(hertz >= low) & (hertz < high)]
        for number, group in enumerate(groups):
            level = rows[:, group].mean() if len(rows) else 0.0
            descriptors[f"modulation_{low:g}hz_{number}"] = float(10 * np.log10(level + _FLOOR))
    return descriptors


def _autocorrelation(envelope: Floats, lags: int) -> NDArray[np.float64]:
    """Return the autocorrelation at lags 0 .. ``lags`` - 1, by way of the power spectrum."""
    spectrum = np.fft.rfft(envelope.astype(np.float64), len(envelope) + lags)
    return np.asarray(np.fft.irfft(np.abs(spectrum) ** 2, len(envelope) + lags)[:lags])


def _peak_offset(values: NDArray[np.float64], top: int) -> float:
    """Return how far the vertex of the parabola through three points lies from the middle one."""
    left, middle, right = values[top - 1 : top + 2]
    curvature = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0

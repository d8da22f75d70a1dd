"""Filters over the bins of a Fourier transform: mel bands, and pitch classes.

Both are what librosa calls mel and chroma, which the tests compare them with; importing it would cost each
process more than analysing a song. Numbers without a source are librosa's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_LINEAR_STEP: Final = 200 / 3  # Hz a mel below the break
_BREAK: Final = 1_000.0  # Hz, above which mels are even steps of the logarithm
_LOG_STEP: Final = np.log(6.4) / 27  # of the logarithm: Slaney's 27 mels from the break to 6,400 Hz
_C0: Final = 440.0 * 2 ** (-4.75)  # Hz
_CENTRE: Final = 5.75  # octaves above C0 around which bins count most: 880 Hz
_WIDTH: Final = 2.0  # octaves, as a standard deviation


def mel_filters(rate: int, fft: int, bands: int) -> Reals:
    """Return triangular filters of equal area, even on the mel scale from 0 Hz to half the sample rate.

    Slaney, "Auditory toolbox" (1998), pp. 29-32.

    Parameters
    ----------
    rate
        Sample rate, Hz; at least 2,000, since the scale goes up to 1,000 Hz at least.
    fft
        Samples a frame.
    bands
        How many.

    Returns
    -------
    Reals
        Float64, (fft / 2 + 1, bands).
    """
    hertz = np.fft.rfftfreq(fft, 1 / rate)
    top = _BREAK / _LINEAR_STEP + np.log(max(rate / 2, _BREAK) / _BREAK) / _LOG_STEP
    mels = np.linspace(0, top, bands + 2)
    above = np.maximum(mels - _BREAK / _LINEAR_STEP, 0)
    edges = np.where(above > 0, _BREAK * np.exp(_LOG_STEP * above), _LINEAR_STEP * mels)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (hertz[:, None] - low) / (centre - low)
    falling = (high - hertz[:, None]) / (high - centre)
    return np.asarray(np.maximum(np.minimum(rising, falling), 0) * 2 / (high - low))


def chroma_filters(rate: int, fft: int) -> Reals:
    """Return how much each bin belongs to each pitch class, C to B.

    A bell around every semitone, wider where bins lie further apart, weighted by another around 880 Hz
    (Ellis, "Chroma feature analysis and synthesis", 2007).

    Returns
    -------
    Reals
        Float64, (fft / 2 + 1, 12).
    """
    hertz = np.fft.rfftfreq(fft, 1 / rate)
    semitones = np.empty(len(hertz))
    semitones[1:] = 12 * np.log2(hertz[1:] / _C0)
    semitones[0] = semitones[1] - 18  # 0 Hz has no pitch: far below all others
    width = np.append(np.maximum(np.diff(semitones), 1.0), 1.0)
    off = np.mod(semitones[:, None] - np.arange(12) + 6, 12) - 6
    bell = np.exp(-0.5 * (2 * off / width[:, None]) ** 2)
    bell /= np.linalg.norm(bell, axis=1, keepdims=True)
    return np.asarray(bell * np.exp(-0.5 * ((semitones / 12 - _CENTRE) / _WIDTH) ** 2)[:, None])

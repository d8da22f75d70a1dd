"""Descriptors: what a recording sounds like, in some hundred and forty numbers with names."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.audio.config import AnalysisConfig
from tigertail.audio.rhythm import modulation, rhythm
from tigertail.audio.spectra import FRAME_STATISTICS, Spectra, spectra
from tigertail.errors import DataError

Floats = NDArray[np.float32]

# How well each pitch class fits a key on C: Krumhansl, Cognitive Foundations of Musical Pitch (1990), p. 30.
_MAJOR: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
# Full scale is 1. Squares of samples are summed in float32, so that there is a bound.
_LOUDEST: Final = 1e6
# Least values before a logarithm is taken.
_LEAST_HERTZ: Final = 20
_LEAST_RMS: Final = 1e-4  # -80 dB of full scale


def describe(samples: Floats, config: AnalysisConfig) -> dict[str, float]:
    """Describe a recording.

    Parameters
    ----------
    samples
        Float32, (samples,), at ``config.sample_rate``, about -1 to 1, as :func:`~tigertail.audio.decode` returns them.
    config
        Settings; those alone say which descriptors there are, and in which order.

    Returns
    -------
    dict[str, float]
        Finite numbers by name: means, deviations and the like over time, so that the length of the recording is no
        descriptor. What the recording is too short for, such as a change, is 0.

    Raises
    ------
    DataError
        If a sample is no number, infinite or far beyond -1 to 1.
    """
    if not np.abs(samples).max(initial=0) <= _LOUDEST:  # so that it is true of no number too
        raise DataError(
            "there are samples that are no numbers or far beyond full scale", remedy="scale them to -1 to 1"
        )
    frames = spectra(samples, config)
    return {
        **timbre(frames, config.mfccs),
        **tonality(frames),
        **_moments("contrast", frames.contrast),
        **_loudness_and_timbre(frames),
        **rhythm(frames),
        **modulation(frames),
    }


def timbre(frames: Spectra, mfccs: int) -> dict[str, float]:
    """Return mean and deviation of the MFCCs, and the deviation of their change.

    The first coefficient is a level, which says more about mastering than about music; its mean is left to
    the loudness.
    """
    from scipy.fft import dct

    cepstrum = dct(frames.mel, type=2, norm="ortho", axis=1)[:, :mfccs]
    descriptors = _moments("mfcc", cepstrum)
    del descriptors["mfcc_00_mean"]
    return descriptors | _numbered("mfcc_delta", "std", _change(cepstrum).std(axis=0))


def tonality(frames: Spectra) -> dict[str, float]:
    """Describe harmony whatever the key.

    The magnitudes of the Fourier transform of the pitch classes do not change when music is transposed:
    the first (``harmony_00``) says how chromatic a cluster is, the third (``harmony_02``) how augmented, the fifth
    (``harmony_04``) how diatonic (Amiot, Music through Fourier Space, 2016, ch. 4). ``chroma`` is the mean share of a
    frame's strongest pitch class, of its second, and so on; six are kept. ``key_fit`` is the
    correlation with the key that fits best, ``major`` how much better the best major key fits than the best minor one
    (Krumhansl 1990), ``harmonic_change`` how far chroma moves in half a second.
    """
    mean = frames.chroma.mean(axis=0)
    colour = np.abs(np.fft.rfft(mean / max(float(mean.sum()), 1e-12)))[1:]
    fits = [max(_correlation(np.roll(key, n), mean) for n in range(12)) for key in (_MAJOR, _MINOR)]
    step = max(1, round(frames.rate / 2))
    steps, pitches = len(frames.chroma) // step, frames.chroma.shape[1]
    whole = frames.chroma[: steps * step]  # without a shorter rest
    smooth = whole.reshape(steps, step, pitches).mean(axis=1)
    share = np.sort(frames.chroma, axis=1)[:, ::-1].mean(axis=0)
    return {
        **_numbered("harmony", "colour", colour),
        **_numbered("chroma", "sorted", share[:6]),
        "key_fit": max(fits),
        "major": fits[0] - fits[1],
        "harmonic_change": float(np.abs(np.diff(smooth, axis=0)).sum(axis=1).mean())
        if len(smooth) > 1
        else 0.0,
    }


def _loudness_and_timbre(frames: Spectra) -> dict[str, float]:
    of_frames = frames.statistics.copy()
    hertz = [FRAME_STATISTICS.index(name) for name in ("centroid", "bandwidth", "rolloff")]
    rms = FRAME_STATISTICS.index("rms")
    of_frames[:, hertz] = np.log2(np.maximum(of_frames[:, hertz], _LEAST_HERTZ))  # octaves, as the ear has it
    of_frames[:, rms] = 20 * np.log10(np.maximum(of_frames[:, rms], _LEAST_RMS))  # dB of full scale
    descriptors = {}
    for column, name in enumerate(FRAME_STATISTICS):
        descriptors[f"{name}_mean"] = float(of_frames[:, column].mean())
        descriptors[f"{name}_std"] = float(of_frames[:, column].std())
    quiet, loud = np.percentile(of_frames[:, rms], (10, 95))
    return descriptors | {"dynamic_range": float(loud - quiet)}


def _moments(name: str, columns: Floats) -> dict[str, float]:
    return _numbered(name, "mean", columns.mean(axis=0)) | _numbered(name, "std", columns.std(axis=0))


def _numbered(name: str, what: str, values: NDArray[np.floating]) -> dict[str, float]:
    return {f"{name}_{number:02}_{what}": float(value) for number, value in enumerate(values)}


def _change(columns: Floats) -> Floats:
    """Return the slope over five frames (the usual delta: least squares, Furui 1986)."""
    if len(columns) < 5:
        return np.zeros((1, columns.shape[1]), np.float32)
    near, far = columns[3:-1] - columns[1:-3], columns[4:] - columns[:-4]
    return np.asarray((near + 2 * far) / 10, np.float32)


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    one, other = one - one.mean(), other - other.mean()
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 0 else 0.0

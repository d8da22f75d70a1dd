"""One pass over the samples: every quantity of every frame; the spectral ones are from one Fourier transform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.audio.config import AnalysisConfig
from tigertail.audio.filters import chroma_filters, mel_filters

Floats = NDArray[np.float32]

FRAME_STATISTICS: Final = ("centroid", "bandwidth", "rolloff", "flatness", "rms", "crossings")
"""Columns of :attr:`Spectra.statistics`."""
OCTAVES: Final = 7  # bands of spectral contrast: five octaves, and what is below and above them

_FRAMES: Final = 256  # frames transformed at a time: they stay in the cache
_FLOOR: Final = 1e-10  # least power; also the least of a sum that is divided by
# Defaults of librosa, as the floor is. Tests compare all quantities but contrast and crossings with librosa's.
_RANGE: Final = 80.0  # dB below the loudest that are told apart
_CONTRAST_SHARE: Final = 0.02  # of a band's frequencies, those of its peaks, and as many of its valleys
_LOWEST: Final = 200.0  # Hz, upper edge of the lowest band of spectral contrast
_ROLLOFF: Final = 0.85  # share of the magnitude below the rolloff


@dataclass(frozen=True, eq=False)
class Spectra:
    """What the frames of a recording sound like; a row per frame.

    Parameters
    ----------
    mel
        Level of each mel band, dB, 0 at a power of 1, at most 80 below the loudest of the recording; float32, (frames,
        mels).
    chroma
        Share of each pitch class, C to B, 0 in a silent frame; float32, (frames, 12).
    contrast
        Difference between peaks and valleys of the spectrum, dB, in bands: up to 200 Hz, five octaves above it, and
        from 6,400 Hz up; float32, (frames, 7). Each has at least one frequency of the transform, so in short frames
        low bands share theirs, and at rates of about 12,800 Hz the highest may; the contrast of one frequency is 0.
    statistics
        Quantities named in :data:`FRAME_STATISTICS`: centroid, bandwidth and rolloff in Hz, flatness and crossings as
        shares, rms as a share of full scale; float32, (frames, 6).
    rate
        Frames a second.
    """

    mel: Floats
    chroma: Floats
    contrast: Floats
    statistics: Floats
    rate: float


def spectra(samples: Floats, config: AnalysisConfig) -> Spectra:
    """Compute the spectra of a recording.

    Parameters
    ----------
    samples
        Finite, of about -1 to 1, at ``config.sample_rate``; float32, (samples,).
    config
        Frames and bands.
    """
    half = config.fft // 2
    padded = np.pad(samples, half)  # frames are centred, with silence beyond both ends, as librosa's are
    frames = np.lib.stride_tricks.sliding_window_view(padded, config.fft)[:: config.hop]
    parts = [_of_frames(frames[start : start + _FRAMES], config) for start in range(0, len(frames), _FRAMES)]
    mel, chroma, contrast, statistics = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    level = 10 * np.log10(np.maximum(mel, _FLOOR))
    return Spectra(
        np.maximum(level, level.max() - _RANGE),
        chroma / np.maximum(chroma.sum(axis=1, keepdims=True), _FLOOR),
        contrast,
        statistics,
        config.sample_rate / config.hop,
    )


def _of_frames(frames: Floats, config: AnalysisConfig) -> tuple[Floats, Floats, Floats, Floats]:
    from scipy.fft import rfft

    bank = _bank(config)
    spectrum = rfft(frames * bank.window, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return (
        power @ bank.mel,
        power @ bank.chroma,
        _contrast(power, bank.octaves),
        _statistics(frames, power, bank.hertz),
    )


def _statistics(frames: Floats, power: Floats, hertz: Floats) -> Floats:
    magnitude = np.sqrt(power)
    total = np.maximum(magnitude.sum(axis=1), _FLOOR)
    centroid = magnitude @ hertz / total
    bandwidth = np.sqrt(np.maximum(magnitude @ hertz**2 / total - centroid**2, 0))
    running = magnitude.cumsum(axis=1)
    rolloff = hertz[np.argmax(running >= _ROLLOFF * running[:, -1:], axis=1)]
    power = np.maximum(power, _FLOOR)
    flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    rms = np.sqrt((frames**2).mean(axis=1))
    signs = np.signbit(frames)
    crossings = (signs[:, 1:] != signs[:, :-1]).mean(axis=1)
    return np.column_stack([centroid, bandwidth, rolloff, flatness, rms, crossings]).astype(np.float32)


def _contrast(power: Floats, octaves: tuple[slice, ...]) -> Floats:
    """Return the spectral contrast (Jiang et al., "Music type classification by spectral contrast", 2002)."""
    found = np.empty((len(power), len(octaves)), np.float32)
    for band, where in enumerate(octaves):
        part = np.sqrt(power[:, where])
        count = max(1, round(_CONTRAST_SHARE * part.shape[1]))
        part = np.partition(part, (count - 1, part.shape[1] - count), axis=1)
        valley, peak = part[:, :count].mean(axis=1), part[:, -count:].mean(axis=1)
        # 1e-5 is the magnitude of the least power.
        found[:, band] = 20 * np.log10(np.maximum(peak, 1e-5) / np.maximum(valley, 1e-5))
    return found


@dataclass(frozen=True, eq=False)
class _Bank:
    window: Floats
    mel: Floats
    chroma: Floats
    hertz: Floats
    octaves: tuple[slice, ...]


@lru_cache(maxsize=4)
def _bank(config: AnalysisConfig) -> _Bank:
    """Return the window and the filters, which are the same for every file."""
    rate, fft = config.sample_rate, config.fft
    hertz = np.fft.rfftfreq(fft, 1 / rate)
    edges = np.append(0.0, _LOWEST * 2.0 ** np.arange(OCTAVES))
    # The last band has the bin of the Nyquist frequency too, so its end is any number above that.
    edges[-1] = max(edges[-1], rate)
    at = np.searchsorted(hertz, np.minimum(edges, rate / 2 + 1))
    starts = np.clip(at[:-1], 1, hertz.size - 1)  # without 0 Hz; an odd transform may end below the last band
    return _Bank(
        np.hanning(fft + 1)[:-1].astype(np.float32),
        mel_filters(rate, fft, config.mels).astype(np.float32),
        chroma_filters(rate, fft).astype(np.float32),
        hertz.astype(np.float32),
        tuple(slice(low, max(low + 1, high)) for low, high in zip(starts, at[1:], strict=True)),  # none empty
    )

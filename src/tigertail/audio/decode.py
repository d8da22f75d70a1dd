"""From an audio file to samples: one channel, one sample rate, a bounded excerpt.

libsndfile reads WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF and more; soxr resamples. A file is read block by
block, so what its header claims costs no memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.audio.config import AnalysisConfig

if TYPE_CHECKING:
    from soundfile import SoundFile

FORMATS: Final = (
    ".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".rf64", ".snd", ".w64",
    ".wav", ".wave",
)  # fmt: skip
"""What files that libsndfile can read are called."""
OTHER_FORMATS: Final = (
    ".aac", ".ac3", ".alac", ".ape", ".dsf", ".m4a", ".m4b", ".mka", ".mp4", ".mpc", ".ra", ".wma", ".wv",
)  # fmt: skip
"""What other audio files are called: these are reported, not passed over in silence."""
_WITHOUT_HEADER: Final = ".raw"  # libsndfile would have to be told what is in it

_BLOCK: Final = 1 << 14  # sample values read at a time
# What a header claims beyond these is not believed.
_RATES: Final = (1_000, 768_000)  # samples per second
_MAX_CHANNELS: Final = 64
_SILENCE: Final = 1e-4  # -80 dB of full scale
# libsndfile's error of a file that is none, and of what is called an MP3 and has nothing of one.
_BAD_FILE: Final = 7


class Unusable(Exception):  # noqa: N818 - a finding about a file, not a mistake of the program
    """A file that cannot be analysed; the message says why."""


def decode(path: Path, config: AnalysisConfig) -> NDArray[np.float32]:
    """Read an excerpt of an audio file.

    The excerpt is the middle of the file, as far as its header can be believed, and else its beginning. A
    file cut short is read as far as it goes.

    Parameters
    ----------
    path
        The file.
    config
        Length of the excerpt and sample rate.

    Returns
    -------
    NDArray[np.float32]
        The mean of the channels, at most 1 in magnitude; float32, (samples,).

    Raises
    ------
    Unusable
        If the file is missing, damaged, silent or too short.
    """
    import soundfile

    try:
        if path.exists() and not path.is_file():
            raise Unusable("not a file")  # a pipe would be waited for
        found = _middle(path, config)
        if len(found) < config.shortest * config.sample_rate:  # or the header lies about where the middle is
            with _opened(path) as file:
                found = _resampled(file, config)
    except (OSError, soundfile.SoundFileError) as error:
        raise Unusable(_words(path, error)) from error
    return _sound(found, config)


def _check_shape(file: SoundFile) -> None:
    if not _RATES[0] <= file.samplerate <= _RATES[1]:
        raise Unusable(f"the header claims {file.samplerate:,} samples per second")
    if not 1 <= file.channels <= _MAX_CHANNELS:
        raise Unusable(f"the header claims {file.channels:,} channels")


def _opened(path: Path) -> SoundFile:
    import soundfile

    if path.suffix.lower() == _WITHOUT_HEADER:
        raise soundfile.SoundFileError
    return soundfile.SoundFile(os.fsencode(path))  # bytes: it cannot write a name that is no UTF-8


def _middle(path: Path, config: AnalysisConfig) -> NDArray[np.float32]:
    """Return the middle of a file that is longer than the excerpt, nothing of one that is not."""
    import soundfile

    with _opened(path) as file:
        _check_shape(file)
        start = (file.frames - int(config.excerpt * file.samplerate)) // 2
        if start > 0:
            with suppress(soundfile.SoundFileError):
                file.seek(start)
                return _resampled(file, config)
    return np.empty(0, np.float32)


def _resampled(file: SoundFile, config: AnalysisConfig) -> NDArray[np.float32]:
    """Return an excerpt from where the file stands, mixed and resampled."""
    import soxr

    stream = soxr.ResampleStream(file.samplerate, config.sample_rate, 1, dtype="float32")
    wanted = int(config.excerpt * file.samplerate)
    parts = [stream.resample_chunk(block) for block in _mono(file, wanted)]
    parts.append(stream.resample_chunk(np.empty(0, np.float32), last=True))
    return np.concatenate(parts)


def _mono(file: SoundFile, wanted: int) -> Iterator[NDArray[np.float32]]:
    import soundfile

    step = max(1, _BLOCK // file.channels)
    anything = False
    while wanted > 0:
        try:
            block = file.read(min(step, wanted), dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            if anything:
                return  # cut short: what is there has been read
            raise
        if not len(block):
            return
        anything = True
        wanted -= len(block)
        yield block.mean(axis=1)


def _sound(samples: NDArray[np.float32], config: AnalysisConfig) -> NDArray[np.float32]:
    """Return the samples if there is something to hear in them, scaled where they pass full scale."""
    seconds = len(samples) / config.sample_rate
    if seconds < config.shortest:
        raise Unusable(f"too short: {seconds:.2f} s of audio could be read")
    peak = float(np.abs(samples).max())
    if not np.isfinite(peak):
        raise Unusable("holds samples that are no numbers")
    if peak < _SILENCE:
        raise Unusable("silent")
    return samples / np.float32(peak) if peak > 1 else samples


def _words(path: Path, error: Exception) -> str:
    """Say what is wrong with a file, without its name."""
    if not isinstance(error, OSError) and not path.exists():
        return "no such file"
    if path.suffix.lower() in (*OTHER_FORMATS, _WITHOUT_HEADER):
        return f"{path.suffix.lower()} files cannot be read: convert them to FLAC, Ogg or MP3"
    if getattr(error, "code", 0) == _BAD_FILE:
        return "cannot be read: damaged, or not what its name says"
    text = str(getattr(error, "error_string", "") or getattr(error, "strerror", "") or error)
    return f"cannot be read: {text.strip().rstrip('.')}"

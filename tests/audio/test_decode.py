"""Every format in, the same samples out; whatever is wrong with a file is said, and nothing else happens."""

from __future__ import annotations

import os
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.audio.conftest import RATE, Samples, Write, noise, tone

from tigertail.audio import AnalysisConfig, Unusable, decode

PLAIN = AnalysisConfig()


def pitch(samples: Samples) -> float:
    """Return the strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * RATE / len(samples))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", {"subtype": "PCM_24"}),
        ("a.flac", {}),
        ("a.ogg", {"subtype": "VORBIS"}),
        ("a.opus", {"format": "OGG", "subtype": "OPUS"}),
        ("a.mp3", {}),
        ("a.aiff", {}),
    ],
)
def test_every_format_is_read_mixed_and_resampled(write: Write, name: str, options: dict[str, str]) -> None:
    stereo = np.column_stack([tone(440, rate=48_000), np.zeros(4 * 48_000, np.float32)])
    samples = decode(write(name, stereo, 48_000, **options), PLAIN)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(4 * RATE, rel=0.03)  # MP3 pads
    assert pitch(samples) == pytest.approx(440, abs=2)
    if not name.endswith(("opus", "mp3")):  # these may do as they like with a channel of silence
        assert np.abs(samples).max() == pytest.approx(0.25, abs=0.02), "the mean of both channels"


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are UTF-8 there")
@pytest.mark.parametrize("seconds", [4, 60])
def test_a_name_that_is_no_text_is_one_of_a_file(write: Write, seconds: float) -> None:
    path = write("song.wav", tone(440, seconds))
    assert pitch(decode(path.rename(path.with_name(os.fsdecode(b"Bj\xf6rk.wav"))), PLAIN)) == pytest.approx(
        440, abs=2
    )


def test_of_a_long_file_the_middle_is_read(write: Write) -> None:
    path = write("long.flac", np.concatenate([tone(440, 30), tone(880, 20), tone(440, 30)]))
    samples = decode(path, AnalysisConfig(excerpt=10))
    assert len(samples) == pytest.approx(10 * RATE, rel=0.01)
    assert pitch(samples) == pytest.approx(880, abs=2)


def claims(path: Path, frames: int) -> Path:
    """Write another number of frames into the header of a FLAC file."""
    content = bytearray(path.read_bytes())
    # STREAMINFO: 36 bits of the number of samples end at byte 26 of the file (RFC 9639, section 8.2).
    content[21] = content[21] & 0xF0 | frames >> 32
    content[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    path.write_bytes(content)
    return path


def test_a_header_that_claims_ten_hours_is_not_believed(write: Write) -> None:
    path = claims(write("liar.flac", tone(440, 5)), 10 * 3600 * RATE)
    with soundfile.SoundFile(path) as file:
        assert file.frames == 10 * 3600 * RATE, "the header does claim it"
    tracemalloc.start()
    samples = decode(path, PLAIN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pitch(samples) == pytest.approx(440, abs=2)
    assert 4 * RATE < len(samples) <= 5 * RATE
    assert peak < 30e6, "memory follows what is there, not what is claimed"


def test_a_wave_header_that_claims_ten_hours_is_not_believed(write: Write) -> None:
    path = write("liar.wav", tone(440, 5))
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", 10 * 3600 * RATE * 2)
    path.write_bytes(content)
    assert len(decode(path, PLAIN)) == pytest.approx(5 * RATE, rel=0.01)


def wave(path: Path, rate: int, channels: int) -> Path:
    """Write a wave file with any header."""
    data = bytes(4 * RATE)
    form = struct.pack("<HHIIHH", 1, channels, rate, 0, 2 * channels, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def test_absurd_headers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="samples per second"):
        decode(wave(tmp_path / "a.wav", 2_000_000_000, 1), PLAIN)
    with pytest.raises(Unusable, match="1,000 channels"):
        decode(wave(tmp_path / "b.wav", RATE, 1000), PLAIN)


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(5 * RATE, np.float32), "silent"),
        (1e-6 * noise(5), "silent"),
        (tone(440, 1.0), "too short: 1.00 s"),
        (np.empty(0, np.float32), "too short: 0.00 s"),
        (np.full(5 * RATE, np.nan, np.float32), "no numbers"),
    ],
)
def test_what_says_nothing_is_refused(write: Write, samples: Samples, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        decode(write("a.wav", samples, subtype="FLOAT"), PLAIN)


def test_samples_beyond_full_scale_are_scaled(write: Write) -> None:
    assert np.abs(decode(write("a.wav", 1e6 * noise(), subtype="FLOAT"), PLAIN)).max() == 1


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_noise_in_place_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(np.random.default_rng(1).bytes(50_000))
    with pytest.raises(Unusable, match=r"cannot be read|too short"):
        decode(tmp_path / name, PLAIN)


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3", "a.flac", "a.wav"])
def test_of_a_file_cut_short_what_is_there_is_read(write: Write, name: str) -> None:
    path = write(name, noise(20))
    path.write_bytes(path.read_bytes()[: int(0.5 * path.stat().st_size)])
    assert 3 * RATE <= len(decode(path, PLAIN)) <= 20 * RATE


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "song.m4a").write_bytes(b"\0" * 100)
    (tmp_path / "song.raw").write_bytes(b"\0" * 100)
    (tmp_path / "page.mp3").write_bytes(b"<html>" * 100)
    for name, why in (
        ("pipe.wav", "not a file"),
        ("none.wav", "no such file"),
        (f"{'a' * 300}.wav", "cannot be read: File name too long"),
        ("song.m4a", "convert them"),
        ("song.raw", "convert them"),
        ("page.mp3", "not what its name says"),
    ):
        with pytest.raises(Unusable, match=why):
            decode(tmp_path / name, PLAIN)

"""How fast audio becomes descriptors, and what they are worth, on real clips.

    TIGERTAIL_DATA=... .venv/bin/python benchmarks/audio.py [CLIPS.csv] [--repeat 3]

Speed: hours of audio analysed in an hour, beside librosa used plainly: load a file, ask for each descriptor.
Each runs in processes of its own, one thread each, warmed up. An hour of processor time is counted beside that of
the clock, which runs on while others use the machine; memory is the most one process held.

Worth: CLIPS.csv has the columns file, soundtrack and source_file. Of the five clips nearest to each, how many
are of its soundtrack? Clips cut from the query's own source file are left out; chance is what an order at
random would find. Intervals are 95 %, over soundtracks. Clips whose soundtrack has no other source file are not
asked about. Hubness is the skewness of how often each clip is among the five.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import polars as pl

from tigertail.audio import AnalysisConfig, analyse, find_clips
from tigertail.audio.analyse import analyse_file
from tigertail.audio.process_pool import map_isolated
from tigertail.cli.output import print_table
from tigertail.cli.report import peak_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.signals.audio import AudioConfig, fit_audio

Described = tuple[float, float, float]  # seconds of audio, seconds of processor time, MiB held


def ours(path: Path) -> Described:
    began = time.process_time()
    entry, _ = analyse_file(path, AnalysisConfig())
    return entry.seconds, time.process_time() - began, peak_memory()


def plainly(path: Path) -> Described:
    """Describe a file with librosa, a call for each descriptor."""
    import librosa
    import librosa.feature as f

    began = time.process_time()
    samples, rate = librosa.load(path, sr=22_050)
    mfcc = f.mfcc(y=samples, sr=rate, n_mfcc=20, n_mels=40)
    onsets = librosa.onset.onset_strength(y=samples, sr=rate)
    columns = [
        mfcc,
        f.delta(mfcc),
        f.chroma_stft(y=samples, sr=rate),
        f.spectral_contrast(y=samples, sr=rate),
        f.spectral_centroid(y=samples, sr=rate),
        f.spectral_bandwidth(y=samples, sr=rate),
        f.spectral_rolloff(y=samples, sr=rate),
        f.spectral_flatness(y=samples),
        f.rms(y=samples),
        f.zero_crossing_rate(samples),
        np.abs(f.fourier_tempogram(onset_envelope=onsets, sr=rate)),
    ]
    f.tempo(onset_envelope=onsets, sr=rate)
    librosa.onset.onset_detect(onset_envelope=onsets, sr=rate)
    for column in columns:
        column.mean(axis=1), column.std(axis=1)
    return len(samples) / rate, time.process_time() - began, peak_memory()


def speed(work: Callable[[Path], Described], paths: list[Path], processes: int) -> Described:
    """Return hours of audio an hour, and an hour of processor time, and the most memory of one process."""
    seconds = busy = memory = began = 0.0
    # The first files of each process pay for imports and compilation.
    tasks = [*islice(cycle(paths), 2 * processes), *paths]
    for done, (path, result) in enumerate(map_isolated(work, tasks, processes, timeout=600)):
        if not isinstance(result, tuple):
            raise RuntimeError(f"{path}: {result.reason}")
        if done + 1 == 2 * processes:
            began = time.monotonic()
        elif began:
            seconds += result[0]
            busy += result[1]
            memory = max(memory, result[2])
    return seconds / (time.monotonic() - began), seconds / busy, memory


def precision(table: Path, folder: Path) -> None:
    """Print the precision at 5 of the clips' soundtracks."""
    analyse(find_clips(table, name_column="file"), folder / "clips.parquet")
    clips = pl.read_csv(table, infer_schema=False).join(
        pl.read_parquet(folder / "clips.parquet"), left_on="file", right_on="name"
    )
    heard = clips.select(pl.col("file").alias("item_id"), pl.selectors.float())
    plays = heard.select(listener_id=pl.lit("none"), item_id="item_id", plays=pl.lit(1.0))
    dataset = Dataset.write(folder / "dataset", {"plays": plays, "audio": heard}, name="clips")
    interactions = Interactions.of(dataset)
    clips = pl.DataFrame({"file": interactions.items.ids}).join(clips, on="file", maintain_order="left")
    soundtrack = clips["soundtrack"].to_numpy()
    source = clips.select(pl.concat_str("soundtrack", "source_file", separator="\n")).to_series().to_numpy()
    other = source[:, None] != source[None, :]
    alike = (soundtrack[:, None] == soundtrack[None, :]) & other
    asked = alike.any(axis=1)
    bootstrap = ClusterBootstrap(np.unique(soundtrack[asked], return_inverse=True)[1].astype(np.int32))
    rows = []
    for name, config in (
        ("nearness", AudioConfig(targets="none")),
        ("mutual", AudioConfig(targets="none", hubness="mutual")),
    ):
        scores = fit_audio(dataset, interactions, config).affinity(np.arange(len(clips), dtype=np.int32))
        best = np.argsort(np.where(other, -scores, np.inf), axis=1, kind="stable")[:, :5]
        hits = np.take_along_axis(alike, best, axis=1).mean(axis=1)[asked]
        often = np.bincount(best.ravel(), minlength=len(clips))
        skew = float((((often - often.mean()) / often.std()) ** 3).mean())
        rows.append([f"descriptors, {name}", str(bootstrap.estimate(hits)), f"{skew:.2f}"])
    chance = (alike.sum(axis=1) / other.sum(axis=1))[asked]
    rows.append(["chance", str(bootstrap.estimate(chance)), "-"])
    print_table([f"{asked.sum()} clips", "precision at 5", "hubness"], rows, left=[f"{asked.sum()} clips"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    default = Path(os.environ.get("TIGERTAIL_DATA", "")) / "audio" / "clips.csv"
    parser.add_argument("clips", type=Path, nargs="?", default=default)
    parser.add_argument("--repeat", type=int, default=1, help="how often each clip is analysed")
    arguments = parser.parse_args()
    paths = [clip.path for clip in find_clips(arguments.clips, name_column="file")] * arguments.repeat
    processors = os.cpu_count() or 1
    rows = []
    for name, work, processes in (
        ("librosa, plainly", plainly, 1),
        ("ours", ours, 1),
        ("librosa, plainly", plainly, processors),
        ("ours", ours, processors),
    ):
        rate, alone, memory = speed(work, paths, processes)
        rows.append([name, processes, f"{rate:,.0f}", f"{alone:,.0f}", f"{memory:,.0f} MiB"])
    print_table(
        ["analysis", "processes", "hours per hour", "an hour of processor", "memory of one process"],
        rows,
        left=["analysis"],
    )
    with tempfile.TemporaryDirectory() as folder:
        precision(arguments.clips, Path(folder))


if __name__ == "__main__":
    main()

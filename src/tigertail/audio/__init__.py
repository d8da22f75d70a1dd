"""Audio: from files to descriptors. Files and arrays alone, no items."""

from tigertail.audio.analyse import AnalysisSummary, analyse
from tigertail.audio.clips import Clip, find_clips
from tigertail.audio.config import AnalysisConfig
from tigertail.audio.decode import Unusable, decode
from tigertail.audio.descriptors import describe

__all__ = [
    "AnalysisConfig",
    "AnalysisSummary",
    "Clip",
    "Unusable",
    "analyse",
    "decode",
    "describe",
    "find_clips",
]

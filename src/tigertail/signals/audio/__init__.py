"""The signal of sound: items are alike that sound alike to those who listen."""

from tigertail.signals.audio.config import AudioConfig
from tigertail.signals.audio.fit import fit_audio
from tigertail.signals.audio.signal import AudioAffinity

__all__ = ["AudioAffinity", "AudioConfig", "fit_audio"]

"""What a signal remembers of its labels, so that later annotations are read as those of the fit were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.annotation.opinions import Opinions
from tigertail.signals.annotation.reliability import SENSE, AnnotatorReliability, Reals
from tigertail.signals.contract import Arrays

NAMES: Final = ("keys", "rarity", "reliability")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What was learned of labels, without who said what.

    Parameters
    ----------
    kept
        Key of each label, and which longer form joined which shorter one; JSON in UTF-8, read when somebody asks:
        affinities need none; uint8.
    rarity
        log((N + 1) / n) of each label, as its column has it; float64, (labels,).
    belief
        How far the crowd is believed, on average, where it uses each label; float64, (labels,).
    usual
        How far it is believed on average.
    """

    kept: NDArray[np.uint8]
    rarity: Reals
    reliability: Reals
    usual: float

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        shorter: Mapping[str, str],
        rarity: Reals,
        reliability: Reals,
        usual: float,
    ) -> Self:
        """Make a lexicon of keys and forms.

        Examples
        --------
        >>> lexicon = Lexicon.of(["rock"], {"rockmusic": "rock"}, np.ones(1), np.ones(1), 1.0)
        >>> lexicon.keys, lexicon.shorter
        (['rock'], {'rockmusic': 'rock'})
        """
        text = json.dumps([list(keys), dict(shorter)], ensure_ascii=False).encode()
        return cls(np.frombuffer(text, np.uint8), rarity, reliability, usual)

    @property
    def keys(self) -> list[str]:
        """Key of each label."""
        return self._read[0]

    @property
    def shorter(self) -> dict[str, str]:
        """Shorter form of each longer one that joined it."""
        return self._read[1]

    def with_labels(self, keys: Sequence[str], rarity: Reals) -> Self:
        """Return the lexicon with further labels; the crowd is believed there as it is on average."""
        return self.of(
            [*self.keys, *keys],
            self.shorter,
            np.concatenate([self.rarity, rarity]),
            np.concatenate([self.reliability, np.full(len(keys), self.usual)]),
            self.usual,
        )

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = dict(zip(NAMES, (self.kept, self.rarity, self.reliability), strict=True))
        return arrays, {"usual": self.usual}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self | None:
        """Make the lexicon of what was kept; None of a signal that kept none."""
        if NAMES[0] not in arrays:
            return None
        stored: Any = arrays
        kept, rarity, reliability = (stored[name] for name in NAMES)
        return cls(kept, rarity, reliability, settings["usual"])

    @cached_property
    def _read(self) -> tuple[list[str], dict[str, str]]:
        keys, shorter = json.loads(np.asarray(self.kept).tobytes())
        return keys, shorter


def lexicon_of(
    opinions: Opinions, reliability: AnnotatorReliability, keys: Sequence[str], rarity: Reals
) -> Lexicon:
    """Return what a fit learned of its labels.

    Where few use a label, how far they are believed leans to the average, as the label's own sense does.

    Parameters
    ----------
    opinions, belief
        What is said, and how far to believe it.
    keys
        Key of each label: those of the opinions, then those that only follow from others.
    rarity
        Of each label; float64, (labels,).
    """
    label = opinions.label[~opinions.expert]
    usual = float(reliability.opinions.mean() if len(label) else reliability.annotators.mean())
    believed = np.bincount(label, reliability.opinions, len(keys))
    said = np.bincount(label, minlength=len(keys))
    return Lexicon.of(
        keys, opinions.shorter, rarity, (believed + SENSE[0] * usual) / (said + SENSE[0]), usual
    )

"""What a signal keeps of its labels, so that later annotations are read as those of the fit were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.annotation.opinions import Opinions
from tigertail.signals.annotation.reliability import AnnotatorReliability, Reals
from tigertail.signals.contract import Arrays

NAMES: Final = ("keys", "idf", "reliability")
"""Arrays on disk, in the order of the fields; "keys" has the canonical forms of variants too."""
_PRIOR: Final = 5.0  # opinions of mean reliability that each label has beside its own


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What was learned about labels, without annotators.

    Parameters
    ----------
    encoded_labels
        Key of each label, and the canonical form of each variant, as JSON in UTF-8; uint8. Decoded when it is
        first needed: affinities do not need it.
    idf
        Inverse document frequency log((N + 1) / n) of each label, with N items that have any label, of which n have
        this one, in the order of the columns of the label matrix; float64, (labels,).
    reliability
        Mean r of the crowd's opinions with each label, shrunk to the mean of all; float64, (labels,). It is what r of
        a later opinion is taken to be, not the label's own q (:class:`AnnotatorReliability`).
    mean_reliability
        Mean r of all opinions of the crowd; without any, the t that annotators start with, or 1 where the settings
        leave the estimate out.
    """

    encoded_labels: NDArray[np.uint8]
    idf: Reals
    reliability: Reals
    mean_reliability: float

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        canonical_form: Mapping[str, str],
        idf: Reals,
        reliability: Reals,
        mean_reliability: float,
    ) -> Self:
        """Make a lexicon of keys and forms.

        Examples
        --------
        >>> lexicon = Lexicon.of(["rock"], {"rockmusic": "rock"}, np.ones(1), np.ones(1), 1.0)
        >>> lexicon.keys, lexicon.canonical_form
        (['rock'], {'rockmusic': 'rock'})
        """
        text = json.dumps([list(keys), dict(canonical_form)], ensure_ascii=False).encode()
        return cls(np.frombuffer(text, np.uint8), idf, reliability, mean_reliability)

    @property
    def keys(self) -> list[str]:
        """Key of each label."""
        return self._read[0]

    @property
    def canonical_form(self) -> dict[str, str]:
        """Canonical form of each variant that was merged into it."""
        return self._read[1]

    def with_labels(self, keys: Sequence[str], idf: Reals, canonical_form: Mapping[str, str]) -> Self:
        """Return the lexicon with further labels, which get the mean reliability, and the forms of all variants."""
        return self.of(
            [*self.keys, *keys],
            canonical_form,
            np.concatenate([self.idf, idf]),
            np.concatenate([self.reliability, np.full(len(keys), self.mean_reliability)]),
            self.mean_reliability,
        )

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = dict(zip(NAMES, (self.encoded_labels, self.idf, self.reliability), strict=True))
        return arrays, {"mean_reliability": self.mean_reliability}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self | None:
        """Make the lexicon of what was kept; None of a signal that kept none."""
        if NAMES[0] not in arrays:
            return None
        stored: Any = arrays
        encoded, idf, reliability = (stored[name] for name in NAMES)
        return cls(encoded, idf, reliability, settings["mean_reliability"])

    @cached_property
    def _read(self) -> tuple[list[str], dict[str, str]]:
        keys, canonical_form = json.loads(np.asarray(self.encoded_labels).tobytes())
        return keys, canonical_form


def lexicon_of(
    opinions: Opinions, reliability: AnnotatorReliability, keys: Sequence[str], idf: Reals
) -> Lexicon:
    """Return what a fit learned of its labels.

    The reliability of a label is shrunk to the mean, that of a rare one most.

    Parameters
    ----------
    opinions, reliability
        All opinions, and the reliability of those of the crowd alone, in the same order.
    keys
        Key of each label: those of the opinions.
    idf
        Of each label; float64, (labels,).
    """
    label = opinions.label[~opinions.expert]
    mean_reliability = float(reliability.opinions.mean() if len(label) else reliability.annotators.mean())
    reliable = np.bincount(label, reliability.opinions, len(keys))
    given = np.bincount(label, minlength=len(keys))
    return Lexicon.of(
        keys,
        opinions.canonical_form,
        idf,
        (reliable + _PRIOR * mean_reliability) / (given + _PRIOR),
        mean_reliability,
    )

"""What people say of an artist: experts' facts and the crowd's labels.

``folding`` makes one label of its spellings, ``opinions`` reads who says what of which item, ``belief`` finds out
whom to believe, ``hierarchy`` lets a genre speak for those above it, ``evidence`` weighs labels, and ``signal``
compares items by them.
"""

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.fit import fit_annotation
from tigertail.signals.annotation.signal import Annotation

__all__ = ["Annotation", "AnnotationConfig", "fit_annotation"]

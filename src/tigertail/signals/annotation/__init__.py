"""What people say of an artist: experts' facts and the crowd's labels.

``folding`` makes one label of its spellings, ``opinions`` reads who says what of which item, ``reliability`` finds out
whom to believe, ``hierarchy`` lets a genre speak for those above it, ``evidence`` weighs labels, and ``signal``
compares items by them. ``newcomers`` gives items that come later their rows, by what ``lexicon`` remembers.
"""

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.fit import fit_annotation
from tigertail.signals.annotation.signal import Annotation
from tigertail.signals.annotation.update import AnnotationUpdate, update_annotations

__all__ = ["Annotation", "AnnotationConfig", "AnnotationUpdate", "fit_annotation", "update_annotations"]

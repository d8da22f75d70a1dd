"""Annotations of items: experts' facts and the crowd's labels.

``label_folding`` joins the spellings of a label, ``opinions`` reads annotations, ``reliability`` estimates how reliable
annotators are, ``evidence`` weighs labels, ``prediction``
predicts listening from them, and ``signal`` compares items by both. ``update`` gives rows to items that
are added after the fit, from what ``lexicon`` keeps of the labels.
"""

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.fit import fit_annotation
from tigertail.signals.annotation.signal import Annotation
from tigertail.signals.annotation.update import AnnotationUpdate, update_annotations

__all__ = ["Annotation", "AnnotationConfig", "AnnotationUpdate", "fit_annotation", "update_annotations"]

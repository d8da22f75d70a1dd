"""The peer of benchmarks/service.py: what many would write themselves, implicit behind FastAPI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI, HTTPException
from implicit.cpu.als import AlternatingLeastSquares

from tigertail.model import load
from tigertail.signals.factors import FactorAffinity

_model = load(Path(os.environ["PEER_MODEL"]))
_factors = _model.signals["factors"]
assert isinstance(_factors, FactorAffinity)
_ids = _model.items["item_id"].to_list()
_codes = {item: code for code, item in enumerate(_ids)}
_names = _model.items["name"].to_list()
_als = AlternatingLeastSquares(factors=_factors.vectors.shape[1], num_threads=1)
_als.item_factors = np.ascontiguousarray(_factors.vectors, np.float32)

app = FastAPI()


@app.get("/v1/similar")
def similar(item: str, n: int = 20) -> dict[str, Any]:
    """Return the nearest items by cosine."""
    if item not in _codes:
        raise HTTPException(404, "no such item")
    found, scores = _als.similar_items(_codes[item], n + 1)
    return {
        "items": [
            {"id": _ids[code], "name": _names[code], "score": float(score)}
            for code, score in zip(found.tolist(), scores.tolist(), strict=True)
            if _ids[code] != item
        ]
    }

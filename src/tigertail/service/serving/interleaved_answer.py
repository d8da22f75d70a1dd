"""An interleaved answer: one list drafted from the answers of two models, for a query that names its listener."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.evaluation.online.interleaving import team_draft
from tigertail.model import QueryOptions
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.served_model import ServedModel


def interleaved_answer(first: ServedModel, second: ServedModel, query: SimilarQuery) -> dict[str, Any]:
    """Return one list, interleaved from the answers of two models.

    A listener who sends the same query again sees the same list. Each item has the version of the model that put it
    there (``model``). Events name it, and so decide which model wins.

    Parameters
    ----------
    first
        The model whose names and ids the query and the answer's seeds have. An answered item has those of the model
        that put it there.
    second
        The challenger. It answers after those items of the query that it knows; without any, or without an option of
        the query, it adds nothing.
    query
        The query. Its listener, what it asks for and both versions seed the random draft.

    Returns
    -------
    dict
        As :class:`tigertail.service.http.schemas.Similar`. ``model`` names both versions.

    Raises
    ------
    ConfigError, UnknownItemError
        If the first model does not know an item or an option of the query.
    """
    matched, notes = first.index.match_all(query.item)
    codes, options = matched.tolist(), query.options()
    answers = first.answer(codes, query.n, options, why=query.why)
    seeds = [first.items[code] for code in codes]
    records, others = first.answer_records(answers), []
    notices = [*notes, *answers.notices]
    if known := _codes(second, [item["id"] for item in seeds]):
        try:
            answers = second.answer(known, query.n, _without_unknown(options, first, second), why=query.why)
        except (ConfigError, UnknownItemError):
            pass  # the challenger does not support an option of this query
        else:
            others = second.answer_records(answers)
            notices += answers.notices
    ids = [record["id"] for record in records]
    other_ids = _ids_of_first(first, second, ids, [record["id"] for record in others])
    by_id = [dict(zip(ids, records, strict=True)), dict(zip(other_ids, others, strict=True))]
    asked = [query.n, options.model_dump_json(), *(item["id"] for item in seeds)]
    seed = derive_seed(query.listener, *asked, first.version, second.version)
    interleaved_ids, sources = team_draft(ids, other_ids, query.n, seed)
    return {
        "model": f"{first.version}+{second.version}",
        "seeds": seeds,
        "notices": list(dict.fromkeys(notices)),
        "items": [
            by_id[source][item] | {"rank": rank}
            for rank, (item, source) in enumerate(zip(interleaved_ids, sources, strict=True), start=1)
        ],
    }


def derive_seed(*parts: object) -> int:
    """Return a seed derived from the parts: the same in every process and on every machine.

    Examples
    --------
    >>> derive_seed("listener", "query", "v1", "v2")
    3817622023854002155
    >>> derive_seed("ab", "c") == derive_seed("a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return int.from_bytes(digest.digest()[:8], "big")


def _codes(served: ServedModel, ids: Sequence[str]) -> list[int]:
    """Return the codes of those items that a model knows."""
    codes = (served.index.by_id(item) for item in ids)
    return [code for code in codes if code is not None]


def _without_unknown(options: QueryOptions, first: ServedModel, second: ServedModel) -> QueryOptions:
    """Return options that exclude only what the challenger could list."""
    if not options.exclude:
        return options
    excluded, _ = first.index.match_all(options.exclude, "exclude")
    known = _codes(second, [first.items[code]["id"] for code in excluded.tolist()])
    return options.model_copy(update={"exclude": tuple(second.items[code]["id"] for code in known)})


def _ids_of_first(
    first: ServedModel, second: ServedModel, first_ids: Sequence[str], second_ids: Sequence[str]
) -> list[str]:
    """Return the ids that the first model has for answers of the second: of one item, each may know the other's id."""
    as_second = {second.index.by_id(item): item for item in first_ids}
    found = []
    for item in second_ids:
        code = first.index.by_id(item)
        own = item if code is None else first.items[code]["id"]
        found.append(as_second.get(second.index.by_id(item), own))
    return found

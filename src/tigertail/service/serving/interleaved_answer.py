"""An interleaved answer: one list drafted from the answers of two models, for a query that names its listener."""

from __future__ import annotations

from typing import Any

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.evaluation.online.interleaving import derive_seed, team_draft
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.served_model import ServedModel


def interleaved_answer(first: ServedModel, second: ServedModel, query: SimilarQuery) -> dict[str, Any]:
    """Return one list, interleaved from the answers of two models.

    A listener who sends the same query again sees the same list. Each item has the version of the model that put it
    there (``model``). Events name it, and so decide which model wins.

    Parameters
    ----------
    first, second
        The models; the first must know the items of the query.
    query
        The query. Its listener, the query and both versions seed the random draft.

    Returns
    -------
    dict
        As :class:`tigertail.service.http.schemas.Similar`. ``model`` names both versions.
    """
    matched, notes = first.index.match_all(query.item)
    query_codes = matched.tolist()
    lists: list[list[dict[str, Any]]] = []
    notices = [*notes]
    for served in (first, second):
        known = [served.index.by_id(first.items[code]["id"]) for code in query_codes]
        codes = [code for code in known if code is not None]
        if not codes:
            lists.append([])
            continue
        try:
            answers = served.answer(codes, query.n, query.options(), why=query.why)
        except (ConfigError, UnknownItemError):
            if served is first:
                raise
            lists.append([])  # the challenger does not support an option of this query
            continue
        lists.append(served.answer_records(answers))
        notices += answers.notices
    by_id = [{record["id"]: record for record in records} for records in lists]
    seed = derive_seed(query.listener, query.key(query.item), first.version, second.version)
    first_ids, second_ids = ([record["id"] for record in records] for records in lists)
    interleaved_ids, sources = team_draft(first_ids, second_ids, query.n, seed)
    return {
        "model": f"{first.version}+{second.version}",
        "seeds": [first.items[code] for code in query_codes],
        "notices": list(dict.fromkeys(notices)),
        "items": [
            by_id[source][item] | {"rank": rank}
            for rank, (item, source) in enumerate(zip(interleaved_ids, sources, strict=True), start=1)
        ],
    }

"""Two models behind one endpoint: team-draft lists for listeners who are named."""

from __future__ import annotations

from typing import Any

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.evaluation.online.interleaving import derive_seed, team_draft
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.served_model import ServedModel


def interleaved(
    first: ServedModel, second: ServedModel, items: list[str], asked: SimilarQuery
) -> dict[str, Any]:
    """Return one list of two models' answers.

    A listener who asks the same again sees the same list. Each item says which model put it there (``model``): events
    send that back, and so it is known who won.

    Parameters
    ----------
    first, second
        The models.
    items
        Ids or names of the items asked about; the first model must know them.
    asked
        The question; its listener and the question settle the coins.

    Returns
    -------
    dict
        As :class:`tigertail.service.http.schemas.Similar`. ``model`` names both versions.
    """
    seeds = [first.index.find(item) for item in items]
    lists: list[list[dict[str, Any]]] = []
    notices: list[str] = []
    for served in (first, second):
        known = [served.index.code(first.cards[seed]["id"]) for seed in seeds]
        codes = [code for code in known if code is not None]
        if not codes:
            lists.append([])
            continue
        try:
            answers = served.answer(codes, asked.n, asked.options(), why=asked.why)
        except (ConfigError, UnknownItemError):
            if served is first:
                raise
            lists.append([])  # the challenger lacks what a dial turns: it adds nothing to this list
            continue
        lists.append(served.shown(answers))
        notices += answers.notices
    cards = [{card["id"]: card for card in shown} for shown in lists]
    seed = derive_seed(asked.listener, asked.key(items), first.version, second.version)
    ours, theirs = ([card["id"] for card in shown] for shown in lists)
    drawn, teams = team_draft(ours, theirs, asked.n, seed)
    return {
        "model": f"{first.version}+{second.version}",
        "seeds": [first.cards[seed] for seed in seeds],
        "notices": list(dict.fromkeys(notices)),
        "items": [
            cards[team][item] | {"rank": rank}
            for rank, (item, team) in enumerate(zip(drawn, teams, strict=True), start=1)
        ],
    }

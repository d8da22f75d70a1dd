"""A process that stores batches until it is killed; run by the tests of faults.

Given: ``address``; ``name``, a prefix of its ids; ``told``, where it says which batch was acknowledged;
``batches``, after how many it ends (None: never).
"""

# ruff: noqa: F821
# mypy: ignore-errors

import itertools

from tigertail.feedback import FeedbackStore

SIZE = 7


def batch(number):
    common = {"kind": "impression", "query": "q", "item": "i", "model": "m", "listener": "u"}
    return [
        {"event_id": f"{name}-{number}-{rank}", "rank": rank, "list_id": f"{name}-{number}", **common}
        for rank in range(1, SIZE + 1)
    ]


if __name__ == "a process that writes":
    with FeedbackStore.open(address, timeout=30) as store:
        for number in itertools.count() if batches is None else range(batches):
            store.record(batch(number))
            told.send(number)

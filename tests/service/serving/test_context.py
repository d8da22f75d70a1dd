"""What the routes share: one check of the feedback store serves all who ask at a time."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient


def test_who_asks_as_a_check_ends_begins_the_next_and_takes_no_answer_away(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = client.app.state.context
    ends: list[asyncio.Future[None]] = []

    async def until_its_end(work: object, *, writes: bool) -> None:
        ends.append(asyncio.get_running_loop().create_future())
        await ends[-1]

    async def asked_one_after_the_other() -> list[str]:
        first, along = (asyncio.create_task(context.feedback_health()) for _ in range(2))
        while not ends:
            await asyncio.sleep(0)
        ends[0].set_result(None)  # nobody has read the answer yet
        later = asyncio.create_task(context.feedback_health())
        while len(ends) < 2:
            await asyncio.sleep(0)
        answers = await asyncio.gather(first, along)
        ends[1].set_result(None)
        return [*answers, await later]

    monkeypatch.setattr(context, "with_store", until_its_end)
    assert asyncio.run(asked_one_after_the_other()) == ["kept"] * 3
    assert len(ends) == 2

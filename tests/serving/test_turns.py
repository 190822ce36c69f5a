import asyncio
from itertools import pairwise

from serving.recommendations.gathering import Gathering
from serving.recommendations.turns import Turns


async def test_whoever_is_ready_first_goes_first():
    turns, gone = Turns(), []

    async def go(number):
        await turns.take()
        gone.append(number)

    await asyncio.gather(*(go(number) for number in range(20)))
    assert gone == list(range(20))
    await asyncio.wait_for(go(20), 1)
    assert gone[-1] == 20


async def test_the_loop_comes_round_between_two_turns():
    turns, gone, seen = Turns(), [], []

    async def go(number):
        await turns.take()
        gone.append(number)

    async def look():
        while len(gone) < 8:
            seen.append(len(gone))
            await asyncio.sleep(0)

    await asyncio.gather(*(go(number) for number in range(8)), look())
    # Whoever else is served by the loop sees each of them go alone.
    assert {after - before for before, after in pairwise(seen)} <= {0, 1}


async def test_who_gives_up_holds_up_nobody():
    turns = Turns()
    tasks = [asyncio.create_task(turns.take()) for _ in range(6)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    done, pending = await asyncio.wait(tasks, timeout=1)
    assert (len(done), len(pending)) == (6, 0)


async def test_who_comes_while_many_are_ready_goes_with_the_same_look():
    turns, asked = Turns(), []

    async def look(keys):
        asked.append(sorted(keys))
        return dict.fromkeys(keys, "seen")

    looks = Gathering(look, at_once=1, when=turns.few)
    ready = [asyncio.create_task(turns.take()) for _ in range(12)]
    await asyncio.sleep(0)
    first = asyncio.create_task(looks.get(1))
    await asyncio.sleep(0)
    others = [asyncio.create_task(looks.get(key)) for key in (2, 3)]
    assert await asyncio.gather(first, *others) == ["seen"] * 3
    assert asked == [[1, 2, 3]]
    # It did not wait for all of them.
    assert sum(not task.done() for task in ready) > 0
    await asyncio.gather(*ready)


async def test_nobody_waits_where_only_a_few_are_ready():
    turns = Turns()
    await asyncio.wait_for(turns.few(), 1)

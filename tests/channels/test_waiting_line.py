"""The line of waiting messages: a share for each address, and nobody held up by another's crowd."""

import asyncio

import pytest

from bot.channels.web.waiting_line import Line, cost


async def served(line, arrivals):
    """Let messages come as (address, cost), one at a time being answered; return in which order they were."""
    order, gate = [], asyncio.Event()

    async def one(address, price, place):
        async with place:
            await gate.wait()
            order.append(address)
            await asyncio.sleep(0)

    places = [(address, price, line.place(address, cost=price)) for address, price in arrivals]
    tasks = [asyncio.create_task(one(*each)) for each in places if each[2]]
    await asyncio.sleep(0.01)
    gate.set()
    await asyncio.gather(*tasks)
    return order


def order_of(arrivals, **line):
    return asyncio.run(served(Line(**{"most": 1000, "at_once": 1, **line}), arrivals))


def test_whoever_comes_behind_a_crowd_of_one_address_is_next():
    order = order_of([("crowd", 1)] * 10 + [("patient", 1)])
    assert order.index("patient") <= 2


def test_long_messages_of_one_address_delay_another_by_one_at_most():
    order = order_of([("crowd", 11)] * 10 + [("patient", 1)] * 5)
    assert order[1:6] == ["patient"] * 5


def test_two_addresses_take_turns():
    order = order_of([("a", 1)] * 5 + [("b", 1)] * 5)
    assert order[1:] in (list("babababab"), list("abababab") + ["b"], list("bababab") + ["a", "b"])


@pytest.mark.parametrize(("most", "share"), [(100, 10), (1000, 100), (20, 10), (3, 3)])
def test_one_address_has_its_share_of_the_line(most, share):
    assert len(order_of([("crowd", 1)] * 300, most=most)) == share


def test_the_line_has_an_end_for_all_together():
    assert len(order_of([(str(number), 1) for number in range(50)], most=20)) == 20


def test_who_leaves_while_waiting_frees_the_place():
    async def scenario():
        line = Line(most=100, at_once=1)
        first, second = (line.place("a", cost=1) for _ in range(2))
        async with first:
            task = asyncio.create_task(second.__aenter__())
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(1):
            async with line.place("b", cost=1):
                assert line._inside == {"b": 1}
        assert not line._inside and not line._stands

    asyncio.run(scenario())


@pytest.mark.parametrize(("characters", "price"), [(0, 1), (60, 1), (200, 2), (2000, 11)])
def test_a_message_costs_what_reading_it_costs(characters, price):
    assert cost(characters) == price

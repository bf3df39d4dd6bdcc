"""Power-ups keep their distance."""

import asyncio

from custom_components.mining_farm.engines.farm import PowerUpGate


async def test_one_at_a_time_with_a_gap() -> None:
    """Ten rigs ask at once; inrush is spread, also when one of them fails.

    The first waits as well: who started right before the gate was made is unknown.
    """
    clock = 0.0
    starts: list[float] = []
    inside = 0

    async def sleep(seconds: float) -> None:
        nonlocal clock
        await asyncio.sleep(0)
        clock += seconds

    gate = PowerUpGate(monotonic=lambda: clock, sleep=sleep, known_since=clock)

    async def power_up(number: int) -> None:
        nonlocal inside
        async with gate.async_pass():
            inside += 1
            assert inside == 1
            starts.append(clock)
            await sleep(3)
            inside -= 1
            if number == 4:
                raise OSError

    await asyncio.gather(*(power_up(n) for n in range(10)), return_exceptions=True)
    assert starts == [20 + 23.0 * number for number in range(10)]


async def test_the_gap_is_waited_for_once() -> None:
    """Whatever the clock reads: no sum of it is rounded into a wait without an end."""
    clock, waits = 65526.587386373525, 0

    async def sleep(seconds: float) -> None:
        nonlocal clock, waits
        clock, waits = clock + seconds, waits + 1
        assert waits < 4

    gate = PowerUpGate(monotonic=lambda: clock, sleep=sleep, known_since=clock)
    for _ in range(2):
        async with gate.async_pass():
            pass
    assert waits == 2

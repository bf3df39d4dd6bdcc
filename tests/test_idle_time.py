"""The clock by which tests of devices have their deadlines."""

import asyncio
import time

from .idle_time import only_waiting_takes_time

DEADLINE_S = 0.05


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer when the machine has been busy for longer than anyone is patient."""
    await reader.read(1)
    time.sleep(4 * DEADLINE_S)  # noqa: ASYNC251 A machine that is busy
    writer.write(b"x")
    writer.close()


async def test_a_busy_machine_brings_no_deadline_nearer(loopback: None) -> None:
    """What is answered at once is answered in time."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with only_waiting_takes_time(asyncio.get_running_loop()):
            async with asyncio.timeout(DEADLINE_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"x")
                assert await reader.read() == b"x"
                writer.close()


async def test_deadlines_come() -> None:
    """Whether one waits for what does not come, or looks again and again."""
    loop = asyncio.get_running_loop()
    with only_waiting_takes_time(loop):
        began = loop.time()
        for wait in (asyncio.Event().wait, _look_for_ever):
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await wait()
            except TimeoutError:
                continue
            raise AssertionError("it came")
        assert 2 * DEADLINE_S <= loop.time() - began < 3 * DEADLINE_S


async def _look_for_ever() -> None:
    while True:
        await asyncio.sleep(0)

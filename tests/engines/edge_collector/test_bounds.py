"""What a reply may cost, by whichever way it comes; how much of it is kept."""

from collections.abc import Mapping
import json
from typing import Any

from aiohttp import web
from hypothesis import example, given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import Failure, MinerError
from custom_components.mining_farm.engines.edge_collector.address import Address
from custom_components.mining_farm.engines.edge_collector.drivers.axeos.driver import (
    AxeOsClient,
)
from custom_components.mining_farm.engines.edge_collector.drivers.axeos.parsing import (
    parse_asic,
)
from custom_components.mining_farm.engines.edge_collector.drivers.bounds import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.capabilities import (
    Capabilities,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.client import (
    Answer,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.reply_store import (
    MAX_KEPT,
    ReplyStore,
)

from .harness import DrivenSleep, StartMiner, client_of

GOOD: dict[str, Any] = {"STATUS": [{"STATUS": "S"}], "ASICModel": "BM1370"}
TOO_MUCH = {
    "long": {**GOOD, "STATS": ["x" * MAX_BYTES]},
    "wide object": {**GOOD, "STATS": [{f"k{n}": n for n in range(MAX_VALUES)}]},
    "wide list": {**GOOD, "STATS": [[0] * MAX_VALUES]},
}
DEEP = json.dumps({**GOOD, "STATS": 0})[:-2] + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}"
BODIES = {
    **{name: json.dumps(reply).encode() for name, reply in TOO_MUCH.items()},
    "deep": DEEP.encode(),
    "text": b"STATUS=S|" + b"a=1," * MAX_VALUES + b"|",
}


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
async def test_over_the_api_of_cgminer(start_miner: StartMiner, raw: bytes) -> None:
    """Refused, and not asked for again."""
    miner = await start_miner(lambda _: raw + b"\0")
    with pytest.raises(MinerError) as caught:
        await client_of(miner, DrivenSleep()).async_get_stats()
    assert caught.value.failure is Failure.INVALID_REPLY
    assert len(miner.requests) == 1


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
async def test_over_http(aiohttp_server: Any, loopback: None, raw: bytes) -> None:
    """The same for a device that is read over HTTP."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=raw, content_type="application/json")

    app = web.Application()
    app.router.add_get("/api/system/info", answer)
    server = await aiohttp_server(app, host="127.0.0.1")
    client = AxeOsClient(Address("127.0.0.1", server.port))
    with pytest.raises(MinerError) as caught:
        await client.async_info()
    assert caught.value.failure is Failure.INVALID_REPLY


def test_what_is_kept_of_the_options_of_a_chip() -> None:
    """What is used, and not the reply."""
    reply = {"frequencyOptions": [*range(1, 500)], "deviceModel": "x" * 999, "other": 1}
    kept = parse_asic(json.dumps(reply).encode())
    assert set(kept) == {"frequencyOptions", "deviceModel"}
    assert len(kept["frequencyOptions"]) <= 64
    assert len(kept["deviceModel"]) <= 255


REPLIES = st.recursive(
    st.integers(0, 10**9)
    | st.none()
    | st.integers(0, 9999).map(lambda size: "x" * size),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", max_size=4), inner),
    max_leaves=40,
)
ROWS = st.tuples(REPLIES, st.integers(1, 300))
COMMANDS = ["stats", "devs", "pools", "version", "summary"]


@example({"stats": ("x" * 2170, 15), "devs": ("x" * 2170, 15)})
@given(st.dictionaries(st.sampled_from(COMMANDS), ROWS, min_size=1))
def test_what_outlives_a_poll_is_bounded(
    given_rows: Mapping[str, tuple[object, int]],
) -> None:
    """The largest replies go first, and what a real miner sends stays."""
    replies = {command: [row] * copies for command, (row, copies) in given_rows.items()}
    store = ReplyStore(lambda: 0.0)
    for command, rows in replies.items():
        reply = {"STATUS": "S", "rows": rows}
        answer = Answer(json.dumps(reply).encode(), command, reply)
        store.keep(command, reply, answer)
    store.end(Capabilities())
    kept = store.current(Capabilities())
    assert sum(len(json.dumps(reply)) for reply in kept.values()) <= MAX_KEPT
    if sum(len(json.dumps(rows)) for rows in replies.values()) < MAX_KEPT // 2:
        assert kept.keys() == replies.keys()

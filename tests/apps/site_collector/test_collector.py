"""The collector on simulated miners: what it reads, remembers and serves."""

import asyncio
from base64 import b64encode
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
import threading

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
import pytest

from apps.site_collector.collector import Collector
from apps.site_collector.config import Polling, Web
from apps.site_collector.engine import (
    Credentials,
    Failure,
    Known,
    Member,
    MinerError,
    MinerSnapshot,
)
from apps.site_collector.inventory import Place, Shard, Spot
from apps.site_collector.learned import LearnedStore
from custom_components.mining_farm.engines.edge_collector import Way
from simulators.antminer import AntminerSimulator

from .collecting import POLLING, collecting, config, is_swept, until_read_again
from .stand_ins import READING
from .waiting import until

pytestmark = pytest.mark.usefixtures("loopback")


async def get(
    collector: Collector, path: str, account: str | None = None
) -> tuple[int, str]:
    """Return status and text of an answer."""
    url = f"http://127.0.0.1:{collector.web.port}{path}"
    headers = {}
    if account is not None:
        headers["Authorization"] = f"Basic {b64encode(account.encode()).decode()}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers) as response,
    ):
        return response.status, await response.text()


async def samples(collector: Collector) -> dict[str, dict[str, float]]:
    """Return the values by name and miner, as Prometheus takes them."""
    status, text = await get(collector, "/metrics")
    assert status == 200
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            miner = sample.labels.get("miner", "")
            found.setdefault(sample.name, {})[miner] = sample.value
    return found


async def test_miners_are_served(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """With what they report, and what the collector counts of itself."""
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        values = await samples(collector)
        assert set(values["miner_up"].values()) == {1.0}
        rates = sorted(values["miner_hashrate_hashes_per_second"].values())
        assert rates == pytest.approx(
            sorted(miner.reading().rate_ghs * 1e9 for miner in miners), rel=0.1
        )
        assert values["site_collector_machines"][""] == 3
        assert values["site_collector_poll_duration_seconds_count"][""] >= 0
        assert (await get(collector, "/readyz"))[0] == 200
        assert (await get(collector, "/healthz"))[0] == 200


async def test_a_miner_that_falls_silent(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """Its samples are gone at once, and it is down; the others stay."""
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        miners[0].refuse()
        machine = collector.site.machines[f"{miners[0].host}:{miners[0].port}"]
        await until(lambda: machine.failure)
        values = await samples(collector)
        assert values["miner_up"][machine.ident] == 0
        assert machine.ident not in values["miner_hashrate_hashes_per_second"]
        assert len(values["miner_hashrate_hashes_per_second"]) == 2


async def test_until_all_were_asked_it_is_not_ready(tmp_path: Path) -> None:
    """And says how many are left."""
    spot = Spot(host="127.0.0.1", port=9)
    slow = Polling(period_s=3600)
    site = replace(config(tmp_path), spots=(spot,), polling=slow)
    async with collecting(site) as collector:
        status, text = await get(collector, "/readyz")
        assert (status, text) == (503, "1 machines were not asked yet\n")
        assert (await get(collector, "/healthz"))[0] == 200


async def test_before_its_machines_are_known_it_is_not_ready(
    tmp_path: Path, miners: list[AntminerSimulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While what was learned is read from a slow disk nothing is whole yet."""
    goes_on = threading.Event()
    load = LearnedStore.load

    def slow_load(store: LearnedStore) -> dict[str, Known]:
        goes_on.wait()
        return load(store)

    monkeypatch.setattr(LearnedStore, "load", slow_load)
    collector = Collector(config(tmp_path, *miners), Shard())
    starting = asyncio.create_task(collector.async_start())
    try:
        await until(lambda: collector.web.port)
        status, text = await get(collector, "/readyz")
        assert (status, text) == (503, "what was learned is still being read\n")
    finally:
        goes_on.set()
        await starting
    try:
        await until(lambda: is_swept(collector))
        assert (await get(collector, "/readyz"))[0] == 200
    finally:
        await collector.async_stop()


async def test_what_was_learned_outlives_the_process(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """The next one asks each for one or two connections, and knows its name at once."""
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        names = set(collector.site.names)
    before = [miner.traffic.connections for miner in miners]
    once = replace(POLLING, period_s=3.0)
    async with collecting(config(tmp_path, *miners, polling=once)) as collector:
        assert set(collector.site.names) == names
        machines = [
            collector.site.machines[f"{miner.host}:{miner.port}"] for miner in miners
        ]
        asked: dict[int, int] = {}

        def note_asked() -> bool:
            """Note each one's connections once it is read: later ones may be read again."""
            for number, miner in enumerate(miners):
                if number not in asked and machines[number].read_at is not None:
                    asked[number] = miner.traffic.connections - before[number]
            return len(asked) == len(miners)

        await until(note_asked)
    assert sum(asked.values()) <= 9


async def test_two_shards_take_nothing_twice(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """And leave nothing out."""
    site = config(tmp_path, *miners)
    async with (
        collecting(site, Shard(number=0, count=2)) as first,
        collecting(site, Shard(number=1, count=2)) as second,
    ):
        ours, theirs = set(first.site.machines), set(second.site.machines)
        assert not ours & theirs
        assert ours | theirs == {spot.address for spot in site.spots}


async def test_a_changed_file_keeps_who_stays(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """The same object goes on; what is new comes, what is gone goes."""
    async with collecting(config(tmp_path, *miners[:2])) as collector:
        await until(lambda: is_swept(collector))
        first, second = collector.site.machines.values()
        changed = config(tmp_path, miners[0], miners[2])
        moved = replace(changed.spots[0], place=Place(container="C2"))
        changed = replace(changed, spots=(moved, changed.spots[1]))
        await collector.async_reload(changed)
        assert first.member is next(iter(collector.site.machines.values())).member
        await until(lambda: is_swept(collector))
        values = await samples(collector)
        assert set(values["miner_up"]) == set(collector.site.names)
        assert second.ident not in values["miner_up"]
        assert 'container="C2"' in (await get(collector, "/metrics"))[1]


async def test_an_account_that_changed_is_used(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """What was learned of the machine is kept."""
    site = config(tmp_path, miners[0])
    async with collecting(site) as collector:
        await until(lambda: is_swept(collector))
        account = Credentials(username="root", password="s3cret")
        spot = replace(site.spots[0], credentials=account)
        await collector.async_reload(replace(site, spots=(spot,)))
        (machine,) = collector.site.machines.values()
        # One that is being polled is polled to the end.
        await until(lambda: machine.member.target.credentials == account)
        assert machine.member.known is not None


@pytest.mark.parametrize("is_account", [True, False])
async def test_what_was_read_outlives_another_account_or_time_limit(
    tmp_path: Path, miners: list[AntminerSimulator], is_account: bool
) -> None:
    """Until each is polled again, by what the file says then."""
    site = config(tmp_path, *miners)
    async with collecting(site) as collector:
        await until(lambda: is_swept(collector))
        polling = replace(POLLING, period_s=3600.0)
        changed = replace(site, polling=replace(polling, timeout_s=20))
        if is_account:
            account = Credentials(username="root", password="s3cret")
            spots = tuple(replace(spot, credentials=account) for spot in site.spots)
            changed = replace(site, polling=polling, spots=spots)
        await collector.async_reload(changed)
        assert (await get(collector, "/readyz"))[0] == 200
        values = await samples(collector)
        assert len(values["miner_hashrate_hashes_per_second"]) == 3
        wanted = changed.polling.timeout_s, changed.spots[0].credentials
        for machine in collector.site.machines.values():
            await until(lambda: not machine.lock.locked())  # noqa: B023
            collector.site.schedule.ask_soon(machine)
            await until_read_again(machine)
            target = machine.member.target
            assert (target.timeout_s, target.credentials) == wanted


async def test_a_file_that_changes_during_a_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That poll is ended as it began, and counts; the next one has the new account."""
    held = asyncio.Event()
    accounts: list[Credentials | None] = []

    async def async_poll(member: Member) -> MinerSnapshot:
        accounts.append(member.target.credentials)
        await held.wait()
        member.known = Known(way=Way("cgminer", 4028))
        return READING

    monkeypatch.setattr(Member, "async_poll", async_poll)
    spot = Spot(host="127.0.0.1", port=9)
    site = replace(config(tmp_path), spots=(spot,))
    account = Credentials(username="root", password="s3cret")
    async with collecting(site) as collector:
        await until(lambda: accounts)
        changed = replace(spot, credentials=account)
        await collector.async_reload(replace(site, spots=(changed,)))
        held.set()
        await until(lambda: len(accounts) > 1)
        assert accounts[:2] == [None, account]
        (machine,) = collector.site.machines.values()
        assert (machine.failure, machine.facts is None) == (None, False)


async def test_no_miner_is_asked_twice_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the file changes while one is being asked, also when it was gone."""
    held = asyncio.Event()
    asked, present, most = Counter[int](), Counter[int](), Counter[int]()

    async def async_poll(member: Member) -> MinerSnapshot:
        port = member.target.port
        assert port is not None
        asked[port] += 1
        present[port] += 1
        most[port] = max(most[port], present[port])
        try:
            await (held.wait() if port == 1 else asyncio.sleep(0))
        finally:
            present[port] -= 1
        raise MinerError(Failure.REFUSED, "as wanted")

    monkeypatch.setattr(Member, "async_poll", async_poll)
    spots = tuple(Spot(host="127.0.0.1", port=port) for port in (1, 2))
    polling = Polling(period_s=0.05, timeout_s=30)
    site = replace(config(tmp_path), spots=spots, polling=polling)
    account = Credentials(username="root", password="s3cret")
    async with collecting(site) as collector:
        await until(lambda: asked[1])
        for changed in (
            replace(site, polling=replace(polling, period_s=0.04)),
            replace(site, polling=replace(polling, timeout_s=20)),
            replace(site, spots=(replace(spots[0], credentials=account), spots[1])),
            replace(site, spots=spots[1:]),
            site,
        ):
            await collector.async_reload(changed)
            # By then the first one's moment has come, too.
            before = asked[2]
            await until(lambda: asked[2] > before + 3)  # noqa: B023 It is awaited here
        assert (asked[1], most[1]) == (1, 1)
        held.set()
        await until(lambda: asked[1] > 3)
    assert most == {1: 1, 2: 1}


async def test_a_large_site_is_shared_out_beside_the_polls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose each address is takes seconds, at the start and when the file is read."""
    threads: list[threading.Thread] = []
    has = Shard.has

    def note(shard: Shard, key: str) -> bool:
        threads.append(threading.current_thread())
        return has(shard, key)

    monkeypatch.setattr(Shard, "has", note)
    site = replace(config(tmp_path), spots=(Spot(host="127.0.0.1", port=9),))
    async with collecting(site) as collector:
        await collector.async_reload(site)
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_a_disk_that_hangs_does_not_hold_up_the_end(
    tmp_path: Path, miners: list[AntminerSimulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can end the thread that waits for it: the process has to."""
    goes_on = threading.Event()
    monkeypatch.setattr("apps.site_collector.collector.STOP_S", 0.1)
    monkeypatch.setattr(LearnedStore, "save", lambda *_: goes_on.wait())
    collector = Collector(config(tmp_path, *miners), Shard())
    await collector.async_start()
    try:
        await until(lambda: is_swept(collector))
        assert not collector.is_held_up
        await collector.async_stop()
        assert collector.is_held_up
    finally:
        goes_on.set()


async def test_another_place_to_listen(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """With a password from then on; a place that is taken changes nothing."""
    site = config(tmp_path, miners[0])
    async with collecting(site) as collector, collecting(site) as other:
        await until(lambda: is_swept(collector))
        taken = replace(site, web=Web(port=other.web.port))
        with pytest.raises(OSError, match="address"):
            await collector.async_reload(taken)
        assert (await get(collector, "/metrics"))[0] == 200
        guarded = Web(port=0, username="prometheus", password="s3cret")
        await collector.async_reload(replace(site, web=guarded))
        assert (await get(collector, "/metrics"))[0] == 401
        assert (await get(collector, "/healthz"))[0] == 200
        wrong, right = "prometheus:guessed", "prometheus:s3cret"
        assert (await get(collector, "/metrics", wrong))[0] == 401
        assert (await get(collector, "/metrics", right))[0] == 200


async def test_two_machines_of_one_hardware_are_two(tmp_path: Path) -> None:
    """Clones that state one serial keep apart by their addresses."""
    async with (
        AntminerSimulator("s21", seed=1) as one,
        AntminerSimulator("s21", seed=1) as two,
        collecting(config(tmp_path, one, two)) as collector,
    ):
        await until(lambda: is_swept(collector))
        values = await samples(collector)
        assert len(values["miner_up"]) == 2


async def test_a_full_disk_costs_what_was_learned_only(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is written down once and counted; polls go on, and so it is when it is free."""
    state = tmp_path / "state"
    state.symlink_to("/dev/full/never")
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        for _ in range(2):
            await collector.site.async_save()
        assert caplog.text.count("cannot be written") == 1
        values = await samples(collector)
        assert values["site_collector_state_write_errors_total"][""] == 2
        assert set(values["miner_up"].values()) == {1.0}
        state.unlink()
        await collector.site.async_save()
        assert "can be written again" in caplog.text
    assert (state / "learned-0.jsonl").exists()


async def test_a_file_that_was_cut_is_learned_again(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """Whatever is in it."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "learned-0.jsonl").write_text('[]\n["a", 1]\n["127.0.0.1", "{"]\n{')
    async with collecting(config(tmp_path, miners[0])) as collector:
        await until(lambda: is_swept(collector))
    (state / "learned-0.jsonl").write_bytes(b"\xff\xfe")
    async with collecting(config(tmp_path, miners[0])) as collector:
        await until(lambda: is_swept(collector))


async def test_half_of_the_miners_are_hostile(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """They are down, each for its reason; the others are read as ever."""
    async with AsyncExitStack() as running:
        hostile = [
            await running.enter_async_context(AntminerSimulator("s9", seed=seed))
            for seed in range(11, 17)
        ]
        hostile[0].garble()
        hostile[1].slow(3600.0)
        hostile[2].refuse()
        hostile[3].drip(size=1, interval=0.1)
        hostile[4].flood()
        hostile[5].deny(reset=True)
        quick = replace(POLLING, timeout_s=1.0)
        site = config(tmp_path, *miners, *hostile, polling=quick)
        async with collecting(site) as collector:
            machines = [*collector.site.machines.values()]
            await until(lambda: all(each.failure for each in machines[3:]))
            for machine in machines[:3]:
                for _ in range(3):
                    await until_read_again(machine)
            assert all(each.failure for each in machines[3:])
            values = await samples(collector)
            down = {name for name, up in values["miner_up"].items() if not up}
            assert down >= {each.ident for each in machines[3:]}


async def test_polls_stand_still(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """Whoever watches the process is told."""
    async with collecting(config(tmp_path, miners[0])) as collector:
        await until(lambda: is_swept(collector))
        collector.site.schedule.last_start = asyncio.get_running_loop().time() - 1000
        wrong = collector.site.what_is_wrong()
        assert wrong is not None
        assert wrong.startswith("no poll was begun")

"""Sessions, toggles and refusals that one make has and others have not."""

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    Failure,
    MinerError,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    Order,
    Outcome,
    miner_has_problem,
    miner_state,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers.goldshell.parsing import (
    parse_setting,
)
from custom_components.mining_farm.engines.edge_collector.drivers.mara.driver import (
    parse_brief,
)
from custom_components.mining_farm.engines.edge_collector.drivers.whatsminer.parsing import (
    parse_device,
)
from simulators.makes.avalon import Avalon
from simulators.makes.braiins import BraiinsRest
from simulators.makes.goldshell import Goldshell
from simulators.makes.luxos import LuxOs
from simulators.makes.vnish import Vnish
from simulators.makes.whatsminer import WhatsminerV3

from .makes import Makes, Miner, writer_of
from .replayed import Replayed
from .vectors import http


async def failure_of(
    miner: Miner, command: Command, value: float | str
) -> ControlError:
    """Return the error that an order ends in."""
    with pytest.raises(ControlError) as caught:
        await miner.order(command, value)
    return caught.value


async def test_a_session_that_has_ended_is_renewed_once(makes: Makes) -> None:
    """The device has done nothing for a session that it does not know."""
    miner = await makes.start("braiins")
    reader = miner.reader()
    await reader.async_poll()
    miner.simulator.restore()
    assert isinstance(miner.simulator, BraiinsRest)
    miner.simulator.sessions.clear()
    await reader.async_poll()
    logins = [r for r in miner.simulator.requests if r.path.endswith("/login")]
    assert len(logins) == 2
    miner.simulator.sessions.clear()
    miner.simulator.change_password()
    with pytest.raises(MinerError) as caught:
        await reader.async_poll()
    assert caught.value.failure is Failure.AUTH_FAILED


async def test_firmware_without_the_login_is_another_one_and_no_wrong_password(
    makes: Makes,
) -> None:
    """Braiins OS before 25.07 answers it with 405."""
    miner = await makes.start("braiins")
    miner.simulator.old_firmware()
    with pytest.raises(MinerError) as caught:
        await miner.read()
    assert caught.value.failure is Failure.UNKNOWN_COMMAND


async def test_without_an_account_a_braiins_shows_that_it_is_there(
    makes: Makes,
) -> None:
    """And what its family can be ordered; no secret is sent to find out."""
    miner = await makes.start("braiins")
    host, port = miner.simulator.host, miner.simulator.port
    found = await registry.async_identify(host, port)
    assert found.driver == "braiins"
    assert found.snapshot.capabilities is not None
    assert found.snapshot.capabilities.pause
    assert isinstance(miner.simulator, BraiinsRest)
    assert not any("login" in asked.path for asked in miner.simulator.requests)


@pytest.mark.parametrize("name", ["braiins", "braiins_graphql", "vnish"])
async def test_signing_in_is_proved_by_reading(makes: Makes, name: str) -> None:
    """A password that is wrong is refused, and nothing is written."""
    miner = await makes.start(name)
    host = miner.simulator.host
    assert miner.credentials is not None
    await registry.async_sign_in(host, miner.way, miner.credentials)
    with pytest.raises(MinerError) as caught:
        await registry.async_sign_in(host, miner.way, Credentials(password="wrong"))
    assert caught.value.failure is Failure.AUTH_FAILED
    assert not miner.simulator.writes


@pytest.mark.parametrize("name", ["vnish", "vnish-1.2"])
async def test_a_vnish_toggle_is_sent_once(makes: Makes, name: str) -> None:
    """Older firmware would switch it off by a second one."""
    miner = await makes.start(name)
    assert await miner.order(Command.LOCATE, True) is Outcome.CONFIRMED
    assert await miner.order(Command.LOCATE, True) is Outcome.UNCHANGED
    assert miner.machine.locating


async def test_vnish_presets_carry_labels_and_leave_out_modified_supplies(
    makes: Makes,
) -> None:
    """Clocks by hand are none of them either."""
    miner = await makes.start("vnish")
    capabilities = (await miner.read()).capabilities
    assert capabilities is not None
    assert capabilities.choices[Command.LEVEL] == ("2550", "3160")
    assert capabilities.labels["2550"] == "2550 watt ~ 170 TH"
    for preset in ("4690", "disabled"):
        error = await failure_of(miner, Command.LEVEL, preset)
        assert error.failure is ControlFailure.OUT_OF_BOUNDS
    assert await miner.order(Command.LEVEL, "3160") is Outcome.CONFIRMED
    assert isinstance(miner.simulator, Vnish)
    sent = miner.simulator.writes[0].json
    assert sent["miner"]["overclock"] == {"preset": "3160", "globals": {"volt": 1270}}
    assert "pools" not in sent["miner"]


async def test_vnish_reports_faults_and_throttling(makes: Makes) -> None:
    """In its own words; a throttled miner is limited."""
    miner = await makes.start("vnish")
    miner.machine.percent = 60.0
    assert (await miner.read()).reported_state is MinerState.LIMITED
    miner.machine.fault = "Chain 2 broken"
    found = await miner.read()
    assert (found.reported_state, found.fault) == (MinerState.FAULT, "Chain 2 broken")
    assert found.hashrate_ghs == 0
    assert [board.id for board in found.boards] == [1, 2, 3]
    assert [pool.worker for pool in found.pools] == [miner.machine.worker]


async def test_luxos_sessions_always_end(makes: Makes) -> None:
    """After a success, and after a refusal."""
    miner = await makes.start("luxos")
    simulator = miner.simulator
    assert isinstance(simulator, LuxOs)
    await miner.order(Command.PAUSE)
    simulator.error_in_ok()
    with pytest.raises(ControlError):
        await miner.order(Command.RESUME)
    assert (simulator.session, simulator.log_offs) == (None, 2)


async def test_the_luxos_session_of_another_client_is_left_alone(makes: Makes) -> None:
    """It is busy, and nothing was sent."""
    miner = await makes.start("luxos")
    simulator = miner.simulator
    assert isinstance(simulator, LuxOs)
    simulator.occupy()
    with pytest.raises(ControlError) as caught:
        await miner.order(Command.PAUSE)
    assert caught.value.failure is ControlFailure.BUSY
    assert simulator.session == "OTHER999"
    assert not simulator.writes


async def test_luxos_holds_a_profile_only_without_its_own_tuning(makes: Makes) -> None:
    """That is ended first, in the same session."""
    miner = await makes.start("luxos")
    simulator = miner.simulator
    assert isinstance(simulator, LuxOs)
    simulator.atm = True
    assert await miner.order(Command.LEVEL, "600MHz") is Outcome.CONFIRMED
    assert [each["command"] for each in simulator.writes] == ["atmset", "profileset"]


async def test_an_avalon_that_calibrates_is_busy(makes: Makes) -> None:
    """It takes no other mode meanwhile; a fan it does."""
    miner = await makes.start("avalon")
    miner.machine.tuning = True
    assert (await miner.read()).reported_state is MinerState.TUNING
    error = await failure_of(miner, Command.LEVEL, "super")
    assert error.failure is ControlFailure.BUSY


async def test_an_avalon_offers_what_it_lists(makes: Makes) -> None:
    """No standby where `help` has none."""
    miner = await makes.start("avalon")
    assert isinstance(miner.simulator, Avalon)
    miner.simulator.options = ("fan-spd", "workmode")
    capabilities = (await miner.read()).capabilities
    assert capabilities is not None
    assert not capabilities.pause
    assert capabilities.commands == ()
    with pytest.raises(ControlError) as caught:
        await miner.order(Command.PAUSE)
    assert caught.value.failure is ControlFailure.UNSUPPORTED
    assert not miner.simulator.writes


async def test_a_whatsminer_whose_api_is_off_is_locked_before_anything_is_sent(
    makes: Makes,
) -> None:
    """API 3 states it; the owner has to switch it on."""
    miner = await makes.start("whatsminer")
    assert isinstance(miner.simulator, WhatsminerV3)
    miner.simulator.forbid()
    found = await miner.read()
    assert found.capabilities is not None
    assert found.capabilities.writable is False
    with pytest.raises(ControlError) as caught:
        await miner.order(Command.PAUSE)
    assert caught.value.failure is ControlFailure.LOCKED
    assert not miner.simulator.writes


async def read_with_rate(miner: Miner) -> MinerSnapshot:
    """Read a Whatsminer once; beside API 2 it is the CGMiner API that has the rate."""
    driver = "cgminer" if miner.driver == "whatsminer_v2" else miner.driver
    host, port = miner.simulator.host, miner.simulator.port
    return await registry.create_reader(host, port, driver=driver).async_poll()


@pytest.mark.parametrize("name", ["whatsminer", "whatsminer_v2"])
@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("111", MinerState.FAULT),
        ("350", MinerState.FAULT),
        # Its meaning is not that mining stopped: the rate of 0 says that.
        ("600", MinerState.IDLE),
        ("99999", MinerState.IDLE),
    ],
)
async def test_a_whatsminer_that_does_not_hash_names_its_fault(
    makes: Makes, name: str, fault: str, state: MinerState
) -> None:
    """By its code, for which it has stopped or not."""
    miner = await makes.start(name)
    miner.machine.fault = fault
    found = await read_with_rate(miner)
    assert (miner_state(found, MinerProfile()), found.fault) == (state, fault)


@pytest.mark.parametrize("name", ["whatsminer", "whatsminer_v2"])
@pytest.mark.parametrize("warning", ["350", "600", "2030", "99999"])
async def test_a_whatsminer_that_hashes_has_no_fault_by_a_code_in_its_list(
    makes: Makes, name: str, warning: str
) -> None:
    """The code is shown as it stands; what the miner does follows from its rate."""
    miner = await makes.start(name)
    miner.machine.warning = warning
    found, profile = await read_with_rate(miner), MinerProfile()
    assert found.fault == warning
    assert miner_state(found, profile) is MinerState.HASHING
    assert miner_has_problem(found, profile) is False
    miner.machine.pause()
    miner.clock.advance(60)
    found = await read_with_rate(miner)
    assert miner_state(found, profile) is MinerState.PAUSED


@pytest.mark.parametrize(
    ("codes", "state"),
    [([{"350": "", "reason": "SM0 too hot"}], MinerState.FAULT), ([{"600": ""}], None)],
)
def test_a_code_alone_decides_where_no_rate_is_reported(
    codes: list[dict[str, str]], state: MinerState | None
) -> None:
    """One that warns leaves unknown what the miner does."""
    found = parse_device({"miner": {"working": "true"}, "error-code": codes})
    assert found.reported_state is state


async def test_a_lone_401_of_a_goldshell_is_not_believed(makes: Makes) -> None:
    """It is asked again, in the same session; the password is in no error."""
    miner = await makes.start("goldshell")
    assert isinstance(miner.simulator, Goldshell)
    miner.simulator.mistakes = 2
    assert (await miner.read()).settings[Command.LEVEL] == "normal"
    logins = [r for r in miner.simulator.requests if r.path == "/user/login"]
    assert len(logins) == 1
    miner.simulator.mistakes = 9
    with pytest.raises(MinerError) as caught:
        await miner.read()
    assert caught.value.failure is Failure.AUTH_FAILED
    assert miner.machine.password not in repr(caught.value)


async def test_a_goldshell_without_a_plan_to_sleep_cannot_be_paused() -> None:
    """Where two plans have one level, their places tell them apart."""
    plans = [{"level": 0, "info": "normal"}, {"level": 1}, {"level": 1}, "odd"]
    found = parse_setting({"select": 9, "powerplans": plans})
    assert found.capabilities is not None
    assert not found.capabilities.pause
    assert found.capabilities.choices[Command.LEVEL] == ("normal", "low", "low (2)")
    assert found.settings == {}


async def test_an_epic_that_is_busy_says_so(makes: Makes) -> None:
    """With HTTP 200; nothing is repeated."""
    summary = http(
        "GET", "/summary", {"Status": {"Operating State": "Mining"}}, port=4028
    )
    reply = {"result": False, "error": {"LastCmdStillPending": "Stop"}}
    stop = http("POST", "/miner", reply, port=4028)
    async with Replayed([summary, stop]) as device:
        way = registry.Way("epic", device.ports["http:4028"])
        writer = writer_of(way, "127.0.0.1", makes.clock, Credentials(password="x"))
        with pytest.raises(ControlError) as caught:
            await writer.async_carry_out(Order(command=Command.PAUSE), lambda _: None)
    assert caught.value.failure is ControlFailure.BUSY
    assert len(device.writes) == 1


DIGEST = {"WWW-Authenticate": 'Digest realm="kaonsu", nonce="n", algorithm=MD5'}


async def test_a_mara_is_read_with_its_account(loopback: None) -> None:
    """Without one, its challenge shows what it is."""
    brief = {
        "hashrate_realtime": 120.5,
        "power_consumption_estimated": 2900,
        "elapsed": 60,
    }
    config = {
        "mode": {
            "work-mode-selector": "Auto",
            "concorde": {"mode-select": "PowerTarget", "power-target": 3000},
        }
    }
    asked = [
        http("GET", "/kaonsu/v1/brief", status=401, reply_headers=DIGEST, repeat=2),
        http("GET", "/kaonsu/v1/brief", brief),
        http("GET", "/kaonsu/v1/miner_config", config),
    ]
    async with Replayed(asked) as device:
        port = device.ports["http:80"]
        found = await registry.async_identify("127.0.0.1", port)
        assert (found.driver, found.snapshot.firmware) == ("mara", "MaraFW")
        reader = registry.create_reader(
            "127.0.0.1", port, driver="mara", credentials=Credentials(password="x")
        )
        reading = await reader.async_poll()
    assert (reading.hashrate_ghs, reading.power_w) == (120_500.0, 2900)
    assert reading.settings == {Command.POWER_TARGET: 3000}
    asleep = parse_brief(brief, {"mode": {"work-mode-selector": "Sleep"}})
    assert (asleep.sleeping, asleep.hashrate_ghs) == (True, 0.0)


async def test_an_antminer_is_no_mara(loopback: None) -> None:
    """Its stock firmware asks for an account in the same way."""
    challenge = {
        "WWW-Authenticate": 'Digest realm="antMiner Configuration", algorithm=MD5'
    }
    asked = [http("GET", "/kaonsu/v1/brief", status=401, reply_headers=challenge)]
    async with Replayed(asked) as device:
        reader = registry.create_reader(
            "127.0.0.1", device.ports["http:80"], driver="mara"
        )
        with pytest.raises(MinerError) as caught:
            await reader.async_poll()
    assert caught.value.failure is Failure.NOT_CGMINER

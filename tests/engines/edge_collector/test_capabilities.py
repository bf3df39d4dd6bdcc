"""What a miner can be ordered survives a restart, and bounds what is sent."""

from dataclasses import asdict, replace
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Bounds,
    Capabilities,
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    Order,
    PoolSetting,
    Wear,
    check,
)

COMMANDS = st.sampled_from(Command)
LIMITS = st.builds(
    Bounds,
    minimum=st.integers(0, 100),
    maximum=st.integers(100, 9000),
    step=st.integers(1, 100),
    source=st.sampled_from(("device", "user", "family")),
)
WORDS = st.text("abc 0123", min_size=1, max_size=8)
ALL = st.builds(
    Capabilities,
    commands=st.lists(COMMANDS).map(tuple),
    numbers=st.dictionaries(COMMANDS, LIMITS),
    unbounded=st.dictionaries(COMMANDS, st.integers(1, 100)),
    choices=st.dictionaries(COMMANDS, st.lists(WORDS).map(tuple)),
    labels=st.dictionaries(WORDS, WORDS),
    boards=st.lists(WORDS).map(tuple),
    wear=st.dictionaries(COMMANDS, st.sampled_from(Wear)),
    writable=st.none() | st.booleans(),
)


@given(ALL)
def test_what_is_stored_comes_back(capabilities: Capabilities) -> None:
    """As JSON, whatever a driver reports."""
    stored = json.loads(json.dumps(asdict(capabilities)))
    assert Capabilities.from_dict(stored) == capabilities


def test_what_was_stored_before_there_was_more_still_counts() -> None:
    """An entry of an earlier release has three of the keys."""
    stored = {"commands": ["pause"], "numbers": {}, "choices": {"frequency": ["490"]}}
    assert Capabilities.from_dict(stored) == Capabilities(
        commands=(Command.PAUSE,), choices={Command.FREQUENCY: ("490",)}
    )


CAPABILITIES = Capabilities(
    commands=(Command.PAUSE, Command.POOLS),
    numbers={
        Command.FAN_SPEED: Bounds(minimum=15, maximum=100, step=1, source="family")
    },
    unbounded={Command.POWER_TARGET: 10},
    choices={Command.LEVEL: ("eco", "super")},
    boards=("1", "2"),
)
POOL = (PoolSetting(url="stratum+tcp://pool.example:3333", worker="w"),)


@pytest.mark.parametrize(
    ("order", "failure"),
    [
        (Order(command=Command.PAUSE), None),
        (Order(command=Command.REBOOT), ControlFailure.UNSUPPORTED),
        (Order(command=Command.FAN_SPEED, value=15), None),
        (Order(command=Command.FAN_SPEED, value=14), ControlFailure.OUT_OF_BOUNDS),
        (Order(command=Command.FAN_SPEED, value="x"), ControlFailure.OUT_OF_BOUNDS),
        (Order(command=Command.POWER_TARGET, value=9), ControlFailure.OUT_OF_BOUNDS),
        (Order(command=Command.LEVEL, value="eco"), None),
        (Order(command=Command.LEVEL, value="turbo"), ControlFailure.OUT_OF_BOUNDS),
        (Order(command=Command.BOARD, part="2", value=False), None),
        (
            Order(command=Command.BOARD, part="3", value=False),
            ControlFailure.UNSUPPORTED,
        ),
        (Order(command=Command.POOLS, value=POOL), None),
        (Order(command=Command.POOLS, value=()), ControlFailure.OUT_OF_BOUNDS),
    ],
)
def test_what_a_miner_cannot_do_is_not_sent(
    order: Order, failure: ControlFailure | None
) -> None:
    """The reason names the limits; a miner never loses its pools."""
    if failure is None:
        check(order, CAPABILITIES)
        return
    with pytest.raises(ControlError) as caught:
        check(order, CAPABILITIES)
    assert caught.value.failure is failure


def test_a_miner_that_takes_no_orders_is_locked_before_the_first() -> None:
    """It reports that by itself."""
    with pytest.raises(ControlError) as caught:
        check(Order(command=Command.PAUSE), replace(CAPABILITIES, writable=False))
    assert caught.value.failure is ControlFailure.LOCKED


def test_limits_of_the_user_count_where_the_device_has_none() -> None:
    """They replace no limits of the device."""
    bounded = CAPABILITIES.bounded(Command.POWER_TARGET, 900, 3000)
    check(Order(command=Command.POWER_TARGET, value=900), bounded)
    with pytest.raises(ControlError, match="900"):
        check(Order(command=Command.POWER_TARGET, value=899), bounded)
    assert CAPABILITIES.bounded(Command.FAN_SPEED, 0, 100) == CAPABILITIES


def test_secrets_do_not_show_in_texts() -> None:
    """Neither that of the miner nor that of a pool."""
    account = Credentials(username="root", password="s3cret-of-miner")
    pool = PoolSetting(url="stratum+tcp://p.example:1", worker="w", password="s3cret")
    assert "s3cret" not in f"{account} {Order(command=Command.POOLS, value=(pool,))}"

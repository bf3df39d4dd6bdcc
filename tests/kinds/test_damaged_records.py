"""Every record of every kind with every damage: refused as the kind needs, never misread."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.common.holds import Holds
from custom_components.mining_farm.common.kept import DAMAGE
from custom_components.mining_farm.common.pauses import Pauses
from custom_components.mining_farm.engines.auction import JournalError
from custom_components.mining_farm.engines.auction.publish.memory import UpkeepMemory
from custom_components.mining_farm.engines.farm import (
    Curtailment,
    Hold,
    HoldKind,
    Load,
    Owner,
    Record,
)
from custom_components.mining_farm.engines.restart import Memory
from custom_components.mining_farm.kinds.container.journal import ContainerJournal
from custom_components.mining_farm.kinds.farm.curtailment_record import curtailments_of
from custom_components.mining_farm.kinds.wallet.history import WindowHistory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps

from .damaged import damaged
from .test_damaged_entry import JSON
from .test_first_version import RIG, WALLET, WINDOW

RIG_NOW: Final[dict[str, Any]] = {
    **json.loads(json_dumps(Memory.from_dict(RIG).as_dict())),
    "cuts": ["2026-11-20T22:00:00+00:00"],
    "unconfirmed": RIG["intent"],
    "usual_watts": 1234.5,
    "outlet_on": True,
    "held_since": {"pool_silent": "2026-11-20T22:00:00+00:00"},
}
CONTAINER: Final[dict[str, Any]] = {
    "alarms": [
        {
            "id": "1",
            "key": "leakage_fault",
            "name": "Leak",
            "severity": "critical",
            "nature": "moisture",
            "number": None,
            "raised_at": "2026-11-21T10:00:00+00:00",
            "cleared_at": None,
        }
    ],
    "past": [],
    "manual_set_point": 33.0,
    "miners": {"192.0.2.1": 4},
    "last_number": 4,
}
WINDOWS: Final[dict[str, Any]] = {"results": [WINDOW], "refused": "price"}


HOLDS: Final[dict[str, Any]] = {
    "at": "2026-11-21T10:00:00+00:00",
    "lost": False,
    "set_aside": None,
    "machines": {
        "rig1": json.loads(
            json_dumps(
                Record()
                .placed(
                    Hold(
                        owner=Owner.USER,
                        source="farm",
                        kind=HoldKind.AT_MOST,
                        watts=900.0,
                        reason="pressed",
                        by="Ann",
                        since=datetime(2026, 11, 21, 10, tzinfo=UTC),
                    )
                )
                .as_dict()
            )
        )
    },
}
CURTAILMENTS: Final[dict[str, Any]] = {
    "in_force": {
        "peak": json.loads(
            json_dumps(
                Curtailment(
                    since=datetime(2026, 11, 21, 10, tzinfo=UTC),
                    by="Ann",
                    until=datetime(2026, 11, 21, 12, tzinfo=UTC),
                    signal="binary_sensor.grid",
                    need=5000.0,
                    loads=(Load(machine="rig1", watts=3000.0), Load(machine="rig2")),
                    count=1,
                ).as_dict()
            )
        )
    }
}


PAUSES: Final[dict[str, Any]] = {
    "done": {"rig1": {"stopped": "2026-11-21T10:00:00+00:00"}}
}


def any_damage(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record with each damage."""
    for _, spoiled in damaged(whole):
        yield spoiled


def reads_rig(record: dict[str, Any]) -> None:
    """Refuse a rig's memory with ValueError, or read one that can be stored."""
    try:
        memory = Memory.from_dict(record)
    except ValueError:
        return
    assert Memory.from_dict(json.loads(json_dumps(memory.as_dict()))) == memory
    # What keeps a rig from being cut is never read as its opposite.
    for key in ("unstable", "off_by_user", "lost", "off_at_plug"):
        if key in record:
            assert getattr(memory, key) is record[key]


def reads_wallet(record: dict[str, Any]) -> None:
    """Refuse a wallet's journal, so that nothing is sent, or read it to the letter."""
    try:
        memory = UpkeepMemory.from_record(record)
    except JournalError:
        return
    again = UpkeepMemory.from_record(json.loads(json_dumps(memory.as_record())))
    assert again == memory
    assert (memory.intent is None) == (record["intent"] is None)


def reads_container(hass: HomeAssistant, record: dict[str, Any]) -> None:
    """Take over what can be used; what is kept then can be read again."""
    journal = ContainerJournal(hass, "north")
    with suppress(*DAMAGE):
        journal._read(record)  # noqa: SLF001
    again = ContainerJournal(hass, "north")
    assert again._read(json.loads(json_dumps(journal._data())))  # noqa: SLF001
    assert [*map(asdict, again.alarms.values())] == [
        *map(asdict, journal.alarms.values())
    ]


def reads_holds(hass: HomeAssistant, record: dict[str, Any]) -> None:
    """Refuse what keeps machines down, so that none is started, or read it."""
    holds = Holds(hass)
    with suppress(ValueError):
        holds._take(record)  # noqa: SLF001
        again = Holds(hass)
        again._take(json.loads(json_dumps(holds._stored(holds._records))))  # noqa: SLF001
        kept = {key: holds.of(key) for key in holds if not holds.of(key).empty}
        assert {key: again.of(key) for key in again} == kept
        assert holds.lost is record["lost"]


def reads_curtailments(record: dict[str, Any]) -> None:
    """Refuse when machines may start again, so that they stay down, or read it."""
    try:
        in_force = curtailments_of(record)
    except ValueError:
        return
    for one in in_force.values():
        assert Curtailment.from_dict(json.loads(json_dumps(one.as_dict()))) == one


def reads_pauses(hass: HomeAssistant, record: dict[str, Any]) -> None:
    """Take over what can be used; what is kept then can be read again."""
    pauses = Pauses(hass)
    with suppress(*DAMAGE):
        pauses._read(record)  # noqa: SLF001
    again = Pauses(hass)
    assert again._read(json.loads(json_dumps(pauses._stored())))  # noqa: SLF001


def reads_windows(hass: HomeAssistant, record: dict[str, Any]) -> None:
    """Take over what can be used; what is kept then can be read again."""
    history = WindowHistory(hass, "wallet")
    with suppress(*DAMAGE):
        history._read(record)  # noqa: SLF001
    again = WindowHistory(hass, "wallet")
    assert again._read(json.loads(json_dumps(history._data())))  # noqa: SLF001
    for result in history.results():
        assert history.find(result["window"]["start"]) is result


@pytest.fixture
def readers(
    hass: HomeAssistant,
) -> dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], None]]]:
    """Return a whole record of each store, and what is asked of its reading."""
    return {
        "rig": (RIG_NOW, reads_rig),
        "wallet": ({**WALLET, "forced_at": 7}, reads_wallet),
        "container": (CONTAINER, lambda record: reads_container(hass, record)),
        "holds": (HOLDS, lambda record: reads_holds(hass, record)),
        "curtailments": (CURTAILMENTS, reads_curtailments),
        "pauses": (PAUSES, lambda record: reads_pauses(hass, record)),
        "windows": (WINDOWS, lambda record: reads_windows(hass, record)),
    }


STORES: Final = (
    "rig",
    "wallet",
    "container",
    "holds",
    "curtailments",
    "pauses",
    "windows",
)


@pytest.mark.parametrize("store", STORES)
def test_every_damage_to_every_part(readers: dict[str, Any], store: str) -> None:
    """None raises what its owner does not expect."""
    whole, reads = readers[store]
    reads(whole)
    for spoiled in any_damage(whole):
        reads(spoiled)


@pytest.mark.parametrize("store", STORES)
def test_any_json_in_any_place(readers: dict[str, Any], store: str) -> None:
    """Whatever stands in place of a value, or of a part of one."""
    whole, reads = readers[store]

    @given(key=st.sampled_from(sorted(whole)), value=JSON, more=JSON)
    def check(key: str, value: Any, more: Any) -> None:
        reads({**whole, key: value, "of_tomorrow": more})
        if isinstance(whole[key], dict):
            for inner in whole[key]:
                reads({**whole, key: {**whole[key], inner: value}})

    check()

"""The documented mock: constants that only operations change, with all its quirks."""

from collections.abc import Mapping
import random
from typing import Any, override

from .plant import MINER_INFO, PID_TARGET, Plant, script_number
from .tables import (
    ALARMS,
    CLEARED_BY_HK3,
    STARTED_BY_IMMERSION,
    TOWER_FANS,
    Model,
    fresh,
)

_MINERS = (
    ("S17 Hydro", 2565, 87.83214750771423, 124.3864406464078, 19, 46),
    ("S19 Hydro", 3986, 141.96580437744242, 128.08028841162994, 32, 62),
    ("S19 Hydro", 686, 74.66696038808021, 9.137263799960047, 39, 10),
    ("S19 Hydro", 7576, 154.767296148344, 165.14126176502378, 32, 81),
    ("S20 Hydro", 1539, 107.96540202661427, 98.47839348764413, 48, 33),
)
"""Type, uptime in s, TH/s now and on average, board and chip in °C."""


class MockPlant(Plant):
    """A state that moves only on command."""

    def __init__(self, spelling: str, seed: int, *, error: bool) -> None:
        """Be the type of that spelling.

        The mock finds its state by the type in any spelling, and its operations by
        `IMMERSION` alone: with `Immersion`, as documented, `open` is the HK3's.

        Raises:
            ValueError: There is no such type.
        """
        self._model = Model.of(spelling)
        self._opens_as = Model.IMMERSION if spelling == Model.IMMERSION else Model.HK3
        self._made_up = random.Random(seed)
        self._error = error
        self._state = self._begin()

    @override
    def fields(self) -> dict[str, Any]:
        state = dict(self._state)
        state.pop(MINER_INFO, None)
        return state

    @override
    def miner_info(self) -> dict[str, Any]:
        miners: dict[str, Any] = self._state[MINER_INFO]
        return miners

    @override
    def open(self) -> None:
        self._switch(on=True)

    @override
    def close(self) -> None:
        self._switch(on=False)

    @override
    def reset(self) -> None:
        """Do nothing, as the mock."""

    @override
    def set_temp(self, text: str | None) -> bool:
        pid = text == "pid"
        self._state["pid_mode"] = pid
        target = PID_TARGET if pid else script_number(text)
        self._state["supply_liquid_set_temp"] = target
        return True

    @override
    def set_fields(self, fields: Mapping[str, Any]) -> None:
        self._state.update(fields)

    @override
    def remove_fields(self, *keys: str) -> None:
        for key in keys:
            del self._state[key]

    @override
    def release_fields(self) -> None:
        self._state = self._begin()

    @override
    def raise_alarm(self, key: str) -> None:
        self._set_alarm(key, on=True)

    @override
    def clear_alarm(self, key: str) -> None:
        self._set_alarm(key, on=False)

    @override
    def alarms(self) -> list[str]:
        return [key for key in ALARMS[self._model] if self._state.get(key) is True]

    @override
    def leak(self) -> None:
        self.raise_alarm("leakage_fault")

    @override
    def stop_pump(self) -> None:
        if self._model is Model.HK3:
            self._state["circulating_pump"] = False
            self.raise_alarm("circulating_pump_fault")
            return
        for pump in ("second_pump1", "second_pump2"):
            self._state[pump] = False
            self.raise_alarm(f"{pump}_fault")

    @override
    def disconnect(self) -> None:
        self._state["disconnect"] = True

    @override
    def connect(self) -> None:
        self._state["disconnect"] = False

    @override
    def repair(self) -> None:
        self.connect()

    def _begin(self) -> dict[str, Any]:
        state = fresh(self._model, error=self._error)
        powers = ("distribution_box1_power", "distribution_box2_power")
        for key in (*powers, "distribution_box_power"):
            if key in state:
                state[key] = round(self._made_up.uniform(2000, 3000), 2)
        return {**state, MINER_INFO: self._miners()}

    def _miners(self) -> dict[str, Any]:
        return {
            "miner_num": 120,
            "total_hashrate": 12665.544871159516,
            "pcb_max_temp": 98,
            "chip_max_temp": 98,
            "chip_temp_mean": 0,
            "miner_info": {
                ".".join(str(octet) for octet in self._made_up.randbytes(4)): {
                    "miner_type": kind,
                    "miner_version": "2021-08-10 16:54:03",
                    "elapsed": elapsed,
                    "GHS_5s": now,
                    "GHS_avg": average,
                    "pcb_max_temp": board,
                    "chip_max_temp": chip,
                }
                for kind, elapsed, now, average, board, chip in _MINERS
            },
        }

    def _switch(self, *, on: bool) -> None:
        if self._opens_as is Model.IMMERSION:
            self._state.update(dict.fromkeys(STARTED_BY_IMMERSION, on))
            return
        self._state.update(dict.fromkeys(TOWER_FANS, on))
        self._state.update(dict.fromkeys(CLEARED_BY_HK3, False))
        self._state["circulating_pump"] = True

    def _set_alarm(self, key: str, *, on: bool) -> None:
        if key not in ALARMS[self._model]:
            raise ValueError(f"no alarm {key!r}; {', '.join(ALARMS[self._model])}")
        self._state[key] = on

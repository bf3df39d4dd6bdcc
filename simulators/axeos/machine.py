"""A device that lives: it hashes, pauses, restarts, and takes settings."""

from collections.abc import Mapping
from typing import Any

from simulators.clock import Clock

from .models import AxeModel

STARTS_AFTER_S = 20.0
"""From a restart until it answers again."""
PAUSES_AFTER_S = 1.0
"""From a pause until the reading shows it."""


class Machine:
    """The device behind the web server."""

    def __init__(self, model: AxeModel, clock: Clock, mac: str, worker: str) -> None:
        """Have been running for an hour."""
        self.model = model
        self.mac = mac
        self.worker = worker
        self.frequency: float = model.frequency
        self.fan_mode = 2 if model.nerd else 1
        self.fan_speed = 70
        self.target_temperature = 60
        self.fault: str | None = None
        self.overheated = False
        self.otp = False
        self.identifying = False
        self.pauses_after = PAUSES_AFTER_S
        self._clock = clock
        self._started = clock.now() - 3600
        self._paused = False

    @property
    def answers(self) -> bool:
        """Whether it has started."""
        return self._clock.now() >= self._started

    @property
    def paused(self) -> bool:
        """Whether it was told to stop, and has."""
        return self._paused

    def pause(self) -> None:
        """Stop hashing a moment from now; a restart forgets it."""
        started = self._started

        def stop() -> None:
            self._paused = self._paused or self._started == started

        self._clock.call_later(self.pauses_after, stop)

    def resume(self) -> None:
        """Hash."""
        self._paused = False

    def restart(self) -> None:
        """Be gone for a while, and then hash."""
        self._paused = False
        self._started = self._clock.now() + STARTS_AFTER_S

    def set(self, changes: Mapping[str, Any]) -> None:
        """Take settings that were checked."""
        self.frequency = changes.get("frequency", self.frequency)
        self.fan_mode = int(changes.get("autofanspeed", self.fan_mode))
        self.fan_speed = changes.get("manualFanSpeed", self.fan_speed)
        self.target_temperature = changes.get("temptarget", self.target_temperature)

    def info(self) -> dict[str, Any]:
        """Return `/api/system/info`."""
        model = self.model
        idle = self._paused or self.overheated or self.fault is not None
        rate = 0.0 if idle else self.frequency * model.ghs_per_mhz
        watts = 2.1 if idle else model.watts * self.frequency / model.frequency
        info: dict[str, Any] = {
            "power": round(watts, 2),
            "voltage": model.supply_volts * 1000,
            "temp": 31.5 if idle else 58.25,
            "vrTemp": 33 if idle else 61,
            "maxPower": model.max_watts,
            "hashRate": rate,
            "expectedHashrate": self.frequency * model.ghs_per_mhz,
            "coreVoltage": model.core_millivolts,
            "coreVoltageActual": model.core_millivolts - 8,
            "hostname": model.device.lower().rstrip("+"),
            "macAddr": self.mac,
            "sharesAccepted": 812,
            "sharesRejected": 3,
            "uptimeSeconds": int(self._clock.now() - self._started),
            "ASICModel": model.asic,
            "frequency": self.frequency,
            "version": model.version,
            "autofanspeed": self.fan_mode,
            "fanspeed": 30 if idle else 45,
            "manualFanSpeed": self.fan_speed,
            "fanrpm": 2400 if idle else 4100,
            "overheat_mode": int(self.overheated),
            "bestDiff": 4_290_000_000,
            "bestSessionDiff": 98_100_000,
            "stratumURL": "pool.example.com",
            "stratumPort": 3333,
            "stratumUser": self.worker,
            "isUsingFallbackStratum": 0,
        }
        if model.nerd:
            return info | {
                "deviceModel": model.device,
                "asicCount": model.chips,
                "minPower": 30,
                "pidTargetTemp": 55,
                "shutdown": self._paused,
                "otp": self.otp,
                "totalFoundBlocks": 0,
            }
        info |= {"temptarget": self.target_temperature, "minFanSpeed": 25}
        info |= {"blockFound": 0} if model.can_pause else {"bestDiff": "4.29G"}
        if model.can_pause:
            info["miningPaused"] = self._paused
        if self.fault is not None:
            info["power_fault"] = self.fault
        return info

    def asic(self) -> dict[str, Any]:
        """Return `/api/system/asic`."""
        model = self.model
        return {
            "ASICModel": model.asic,
            "deviceModel": model.device,
            "asicCount": model.chips,
            "defaultFrequency": model.frequency,
            "frequencyOptions": list(model.frequencies),
            "defaultVoltage": model.core_millivolts,
            "voltageOptions": [model.core_millivolts - 50, model.core_millivolts],
        }

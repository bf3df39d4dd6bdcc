"""What AxeOS reports, as a snapshot: `/api/system/info`, and `/api/system/asic`.

Fields as in the firmware's own handlers, ESP-Miner and ESP-Miner-NerdQAxePlus.
"""

from collections.abc import Mapping
import re
from typing import Any

from ...capabilities import Bounds, Capabilities, Command, FanMode, Value, Wear
from ...errors import Failure, MinerError
from ...identity import normalise_mac
from ...models import Algorithm, Fan, MinerSnapshot, MinerState, Pool
from ...units import GHS
from ...values import count, hottest, number, positive, rate, rpm, text
from ..bounds import load_json

type Info = Mapping[str, Any]

LOWEST_FAN = 15.0
"""%: a manual speed overrides the device's own protection."""
TARGET_TEMPERATURE = Bounds(minimum=35, maximum=66, step=1, source="family")
"""°C that a Bitaxe takes; it refuses others with "Wrong API input"."""
FAN_SPEED = Bounds(minimum=LOWEST_FAN, maximum=100, step=1, source="family")

WEAR = {Command.FREQUENCY: Wear.LIVE}
"""Each change is written to flash, and the chips settle anew."""

# While it starts up it shows no rate, or a part of it (public clients).
STARTS_WITHIN_S = 60
"""A device that was switched on so short a time ago may hash and not show it yet."""

_SCALED = re.compile(r"(\d+(?:\.\d+)?)\s*([kMGTPE]?)")
_SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}


def parse_info(body: bytes) -> Info:
    """Return a reply of `/api/system/info`; MinerError for anything else."""
    info = _read(body)
    if not isinstance(info, dict) or text(info.get("ASICModel")) is None:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of AxeOS")
    return info


def parse_asic(body: bytes) -> Info:
    """Return what is used of `/api/system/asic`; nothing of anything else.

    It is kept for as long as the device runs: nothing else of the reply is.
    """
    try:
        asic = _read(body)
    except MinerError:
        return {}
    if not isinstance(asic, dict):
        return {}
    return {
        "deviceModel": text(asic.get("deviceModel")),
        "frequencyOptions": [float(each) for each in frequency_options(asic)],
    }


def _read(body: bytes) -> object:
    """Return JSON of bounded depth; MinerError for anything else."""
    try:
        return load_json(body)
    except ValueError as err:
        raise MinerError(Failure.INVALID_REPLY, "the answer is no JSON") from err


def is_nerd(info: Info) -> bool:
    """Return whether it is a NerdAxe, NerdQAxe+ or NerdOctaxe, not a Bitaxe."""
    model = text(info.get("deviceModel")) or ""
    # ESP-Miner has no field of this name, ESP-Miner-NerdQAxePlus has (sources).
    return model.startswith("Nerd") or "pidTargetTemp" in info


def is_paused(info: Info) -> bool:
    """Return whether mining was stopped on purpose."""
    return info.get("miningPaused") is True or info.get("shutdown") is True


def capabilities_of(info: Info, asic: Info) -> Capabilities:
    """Return what the device can be ordered to do.

    The core voltage is not among it: the firmware takes any, up to 65 V.
    """
    nerd = is_nerd(info)
    commands = [Command.REBOOT]
    # A Bitaxe before 2.14 has no pause, and answers 404 to it (firmware source).
    if "shutdown" in info if nerd else "miningPaused" in info:
        commands += [Command.PAUSE, Command.RESUME]
    if not nerd:
        commands.append(Command.IDENTIFY)
    # With a one-time password switched on, a NerdQAxe takes no setting without one.
    if info.get("otp") is True:
        return Capabilities(commands=tuple(commands))
    numbers: dict[Command, Bounds] = {}
    choices: dict[Command, tuple[str, ...]] = {}
    if "autofanspeed" in info:
        choices[Command.FAN_MODE] = (FanMode.AUTOMATIC, FanMode.MANUAL)
        numbers[Command.FAN_SPEED] = FAN_SPEED
    if not nerd and "temptarget" in info:
        numbers[Command.TARGET_TEMPERATURE] = TARGET_TEMPERATURE
    if options := frequency_options(asic):
        choices[Command.FREQUENCY] = options
    return Capabilities(
        commands=tuple(commands), numbers=numbers, choices=choices, wear=WEAR
    )


def frequency_options(asic: Info) -> tuple[str, ...]:
    """Return the frequencies in MHz that the device lists for its chip."""
    listed = asic.get("frequencyOptions")
    if not isinstance(listed, list):
        return ()
    found = {n for n in map(positive, listed[:64]) if n is not None}
    return tuple(f"{frequency:g}" for frequency in sorted(found))


def settings_of(info: Info) -> Mapping[Command, Value]:
    """Return the set points as the device has them."""
    found: dict[Command, Value | None] = {
        Command.FREQUENCY: _mhz(info.get("frequency")),
        Command.FAN_MODE: _fan_mode(info.get("autofanspeed")),
        # Older firmware has no `manualFanSpeed`: its `fanspeed` is the set point, too.
        Command.FAN_SPEED: number(info.get("manualFanSpeed", info.get("fanspeed"))),
        Command.TARGET_TEMPERATURE: number(info.get("temptarget")),
    }
    return {command: value for command, value in found.items() if value is not None}


def _mhz(value: object) -> str | None:
    frequency = positive(value)
    return None if frequency is None else f"{frequency:g}"


def _fan_mode(value: object) -> FanMode | None:
    automatic = number(value)
    if automatic is None:
        return None
    return FanMode.AUTOMATIC if automatic else FanMode.MANUAL


def difficulty(value: object) -> float | None:
    """Return a difficulty: a number, or text such as "483k" of older firmware."""
    if isinstance(value, str):
        match = _SCALED.fullmatch(value.strip()[:32])
        return float(match[1]) * _SCALES[match[2]] if match else None
    found = number(value)
    return found if found is not None and found >= 0 else None


def parse_snapshot(info: Info, asic: Info | None) -> MinerSnapshot:
    """Return a reading; what the device leaves out is None.

    Without `asic`, which could not be read, what can be ordered is not known.
    """
    nerd = is_nerd(info)
    model = text(info.get("deviceModel")) or text((asic or {}).get("deviceModel"))
    return MinerSnapshot(
        maker=None if nerd else "Bitaxe",
        model=model or text(info.get("ASICModel")),
        firmware=text(info.get("version")),
        mac=normalise_mac(info.get("macAddr")),
        algorithm=Algorithm.SHA256,
        hashrate_ghs=rate(info.get("hashRate"), GHS),
        ideal_hashrate_ghs=rate(info.get("expectedHashrate"), GHS),
        error_rate=_percent(info.get("errorPercentage")),
        reported_state=_state(info),
        fault=_fault(info),
        temp_chip=hottest(info.get("temp"), info.get("temp2")),
        temp_regulator=hottest(info.get("vrTemp")),
        power_w=_not_negative(info.get("power")),
        voltage_v=_volts(info.get("voltage")),
        core_voltage_v=_volts(info.get("coreVoltageActual", info.get("coreVoltage"))),
        frequency_mhz=positive(info.get("actualFrequency", info.get("frequency"))),
        fans=_fans(info),
        pools=_pools(info),
        accepted=count(info.get("sharesAccepted")),
        rejected=count(info.get("sharesRejected")),
        best_difficulty=difficulty(info.get("bestDiff")),
        blocks_found=count(info.get("blockFound", info.get("totalFoundBlocks"))),
        uptime_s=count(info.get("uptimeSeconds")),
        capabilities=None if asic is None else capabilities_of(info, asic),
        settings=settings_of(info),
    )


def _state(info: Info) -> MinerState | None:
    """Return what the device says that it is doing; None where its rate says it."""
    if is_paused(info):
        return MinerState.PAUSED
    if _fault(info) is not None:
        return MinerState.FAULT
    uptime = count(info.get("uptimeSeconds"))
    starting = uptime is not None and uptime < STARTS_WITHIN_S
    return MinerState.STARTING if starting else None


def _percent(value: object) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= 100 else None


def _not_negative(value: object) -> float | None:
    found = number(value)
    return None if found is None or found < 0 else round(found, 3)


def _volts(millivolts: object) -> float | None:
    found = positive(millivolts)
    return None if found is None else round(found / 1000, 3)


def _fault(info: Info) -> str | None:
    """Return what the device says is wrong with it; it stays until it is cleared."""
    for key in ("power_fault", "hardware_fault"):
        match info.get(key):
            case str() as said if text(said):
                return text(said)
            case True | 1:
                return key.replace("_", " ")
    return "overheated" if number(info.get("overheat_mode")) else None


def _fans(info: Info) -> tuple[Fan, ...]:
    """Return the fans; a second one that stands still is most often not there."""
    first, second = rpm(info.get("fanrpm")), rpm(info.get("fan2rpm"))
    found = []
    if first is not None:
        found.append(Fan(id="1", rpm=first))
    if second:
        found.append(Fan(id="2", rpm=second))
    return tuple(found)


def _pools(info: Info) -> tuple[Pool, ...]:
    """Return the pool in use, and the other one."""
    fallback = bool(number(info.get("isUsingFallbackStratum")))
    return tuple(
        Pool(
            id=slot,
            url=f"stratum+tcp://{host}:{port:g}" if port else f"stratum+tcp://{host}",
            worker=text(info.get(f"{prefix}User")),
            active=bool(slot) is fallback,
        )
        for slot, prefix in enumerate(("stratum", "fallbackStratum"))
        if (host := text(info.get(f"{prefix}URL")))
        for port in (number(info.get(f"{prefix}Port")),)
    )

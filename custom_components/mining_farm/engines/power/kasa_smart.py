"""The language of Tapo devices and of Kasa's newer ones: methods with parameters.

Field names as in python-kasa's fixtures of real devices.
"""

import base64
from collections.abc import Mapping
from typing import Any, override

from kasa import Device, DeviceType, Module

from .kasa_driver import BaseDriver, measured, seconds, truth
from .kasa_models import KasaDevice, KasaOutletInfo
from .models import OutletUnsupportedError

_FAMILIES = {
    "SMART.KASAPLUG",
    "SMART.KASASWITCH",
    "SMART.TAPOPLUG",
    "SMART.TAPOSWITCH",
}
_RELAYS = {DeviceType.Plug, DeviceType.Strip, DeviceType.WallSwitch}


class SmartDriver(BaseDriver):
    """Speaks it."""

    def __init__(self, device: Device) -> None:
        """Speak through a device object that has been updated once."""
        super().__init__(device)
        self._children = {
            child.device_id: child
            for child in device.children
            if child.device_type in _RELAYS
        }

    @override
    async def async_describe(self) -> KasaDevice:
        device = self._device
        info = await _async_smart_query(device, "get_device_info")
        # The library takes what it does not know for a plug.
        if (
            info["type"] not in _FAMILIES
            or device.device_type not in _RELAYS
            # The KS240 has children, a fan and a dimmer: neither feeds a rig.
            or (device.children and not self._children)
        ):
            raise OutletUnsupportedError(f"{device.model} at {device.host} is no plug")
        if device.children:
            listing = await _async_smart_query(device, "get_child_device_list")
            parts = [
                (self._children[child["device_id"]], child)
                for child in listing["child_device_list"]
                if child["device_id"] in self._children
            ]
        else:
            parts = [(device, info)]
        outlets = tuple(
            KasaOutletInfo(
                id=part["device_id"],
                number=number,
                alias=_nickname(part),
                on=truth(part["device_on"]),
                on_for=seconds(part.get("on_time")),
                measures=Module.Energy in owner.modules,
            )
            for number, (owner, part) in enumerate(parts, 1)
        )
        return self._reachable(
            KasaDevice(
                host=device.host,
                device_id=info["device_id"],
                mac=info["mac"].replace("-", ":"),
                alias=_nickname(info),
                model=device.model,
                is_strip=bool(device.children),
                outlets=outlets,
            )
        )

    @override
    async def async_meter(
        self, child_id: str | None
    ) -> tuple[float | None, float | None]:
        status = await self._part(child_id).modules[Module.Energy].get_status()
        # Its total is that of today: these devices report no lasting one.
        return measured(status.power), None

    @override
    async def async_switch(self, child_id: str | None, *, on: bool) -> None:
        request = {"set_device_info": {"device_on": on}}
        await self._part(child_id).protocol.query(request, retry_count=0)

    def _part(self, child_id: str | None) -> Device:
        return self._device if child_id is None else self._children[child_id]


async def _async_smart_query(device: Device, method: str) -> dict[str, Any]:
    reply = await device.protocol.query({method: None}, retry_count=0)
    result: dict[str, Any] = reply[method]
    return result


def _nickname(info: Mapping[str, Any]) -> str:
    return base64.b64decode(info.get("nickname") or "").decode()

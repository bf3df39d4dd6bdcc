"""The language of Kasa's first generations: modules and their members as nested objects.

Field names as in python-kasa's fixtures of real devices.
"""

from collections.abc import Mapping
from typing import Any, override

from kasa import EmeterStatus, KasaException

from .kasa_driver import BaseDriver, measured, seconds, truth
from .kasa_models import KasaDevice, KasaOutletInfo
from .models import OutletUnsupportedError


class IotDriver(BaseDriver):
    """Speaks it, over the legacy cipher or a newer transport."""

    @override
    async def async_describe(self) -> KasaDevice:
        answer = await self._async_query(None, "system", "get_sysinfo", {})
        return self._reachable(iot_device(answer, self._device.host))

    @override
    async def async_meter(
        self, child_id: str | None
    ) -> tuple[float | None, float | None]:
        answer = await self._async_query(child_id, "emeter", "get_realtime", {})
        status = EmeterStatus(answer)
        return measured(status.power), measured(status.total)

    @override
    async def async_switch(self, child_id: str | None, *, on: bool) -> None:
        state = {"state": int(on)}
        await self._async_query(child_id, "system", "set_relay_state", state)

    async def _async_query(
        self, child_id: str | None, module: str, member: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        request: dict[str, Any] = {module: {member: arguments}}
        if child_id is not None:
            # The library's id of an outlet is the strip's MAC, "_" and the wire's id.
            ids = [child_id.rpartition("_")[2]]
            request = {"context": {"child_ids": ids}, **request}
        reply = await self._device.protocol.query(request, retry_count=0)
        answer: dict[str, Any] = reply[module][member]
        if answer.get("err_code"):
            raise KasaException(f"{module}.{member} was refused")
        return answer


def iot_device(info: Mapping[str, Any], host: str) -> KasaDevice:
    """Return the device that system information (get_sysinfo) describes.

    Raises OutletUnsupportedError and any of FAILURES.
    """
    # Some models have mic_mac and mic_type instead, and that MAC without separators.
    mac: str = (info.get("mac") or info["mic_mac"]).replace("-", ":")
    if ":" not in mac:
        mac = bytes.fromhex(mac).hex(":")
    model = str(info["model"]).partition("(")[0]
    family = info.get("type") or info.get("mic_type")
    # Dimmers have the type of a plug: only the name of the product gives them away.
    if family != "IOT.SMARTPLUGSWITCH" or "Dimmer" in (info.get("dev_name") or ""):
        raise OutletUnsupportedError(f"{model} at {host} is not a plug")
    alias = str(info.get("alias") or "")
    measures = "ENE" in info.get("feature", "").split(":")
    children = info.get("children")
    if children is None:
        parts = [(mac, alias, info["relay_state"], info.get("on_time"))]
    else:
        parts = [
            (
                # On the wire it is the strip's id and two digits, or those alone.
                f"{mac}_{child['id']}",
                str(child.get("alias") or ""),
                child["state"],
                child.get("on_time"),
            )
            for child in children
        ]
    return KasaDevice(
        host=host,
        device_id=mac,
        mac=mac,
        alias=alias,
        model=model,
        is_strip=children is not None,
        outlets=tuple(
            KasaOutletInfo(
                id=id_,
                number=number,
                alias=name,
                on=truth(state),
                measures=measures,
                on_for=seconds(on_time),
            )
            for number, (id_, name, state, on_time) in enumerate(parts, 1)
        ),
    )

"""Converts between the data of a rig's entry and the engines' models."""

from collections.abc import Mapping
from typing import Any

from ...common.power_switch import CONF_SWITCH_ENTITY
from ...engines.pools import Account
from ...engines.power import KasaAddress, KasaDevice, KasaOutletInfo
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_COIN,
    CONF_KASA_CONNECTION,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_HOST,
    CONF_KASA_MEASURES,
    CONF_KASA_OUTLET_ID,
    CONF_OUTLET,
    CONF_POOL,
    CONF_TOKEN,
    OUTLET_KASA,
    OUTLET_NONE,
    OUTLET_SWITCH,
)

ACCOUNT_KEYS = (CONF_POOL, CONF_ACCOUNT, CONF_COIN, CONF_TOKEN, CONF_BASE_URL)
OUTLET_KEYS = (
    CONF_OUTLET,
    CONF_KASA_HOST,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_OUTLET_ID,
    CONF_KASA_MEASURES,
    CONF_KASA_CONNECTION,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_SWITCH_ENTITY,
)


def account_of(data: Mapping[str, Any]) -> Account:
    """Return the pool account of an entry's data."""
    return Account(
        pool=data[CONF_POOL],
        account=data.get(CONF_ACCOUNT) or "",
        coin=data.get(CONF_COIN),
        token=data.get(CONF_TOKEN),
        base_url=data.get(CONF_BASE_URL),
    )


def account_data(account: Account) -> dict[str, Any]:
    """Return what an entry stores of a pool account."""
    return _known(
        {
            CONF_POOL: account.pool,
            CONF_ACCOUNT: account.account,
            CONF_COIN: account.coin,
            CONF_TOKEN: account.token,
            CONF_BASE_URL: account.base_url,
        }
    )


def kasa_of(data: Mapping[str, Any]) -> tuple[KasaAddress, str | None]:
    """Return a Kasa device's address, and the outlet's id where it is a strip's."""
    address = KasaAddress(
        host=data[CONF_KASA_HOST],
        device_id=data[CONF_KASA_DEVICE_ID],
        connection_parameters=data.get(CONF_KASA_CONNECTION),
        credentials_hash=data.get(CONF_KASA_CREDENTIALS_HASH),
    )
    outlet_id = data[CONF_KASA_OUTLET_ID]
    return address, None if outlet_id == address.device_id else outlet_id


def kasa_data(device: KasaDevice, outlet: KasaOutletInfo) -> dict[str, Any]:
    """Return what an entry stores of a Kasa outlet: a hash in place of a password."""
    return kasa_address_data(device) | {
        CONF_OUTLET: OUTLET_KASA,
        CONF_KASA_OUTLET_ID: outlet.id,
        CONF_KASA_MEASURES: outlet.measures,
    }


def kasa_address_data(device: KasaDevice) -> dict[str, Any]:
    """Return what all outlets of a Kasa device share."""
    return _known(
        {
            CONF_KASA_HOST: device.host,
            CONF_KASA_DEVICE_ID: device.device_id,
            CONF_KASA_CONNECTION: device.connection_parameters
            and dict(device.connection_parameters),
            CONF_KASA_CREDENTIALS_HASH: device.credentials_hash,
        }
    )


def switch_data(entity_id: str) -> dict[str, Any]:
    """Return what an entry stores of a switch of Home Assistant."""
    return {CONF_OUTLET: OUTLET_SWITCH, CONF_SWITCH_ENTITY: entity_id}


def no_outlet_data() -> dict[str, Any]:
    """Return what an entry stores of a rig that is only watched."""
    return {CONF_OUTLET: OUTLET_NONE}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}

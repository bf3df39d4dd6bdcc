"""Asks for the account that a miner wants, and proves it by reading."""

from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ....engines.edge_collector import (
    Credentials,
    Identified,
    MinerError,
    SignIn,
    Way,
    async_sign_in,
    create_reader,
    sign_in_of,
)
from ..stored import ordering_way
from ..whereabouts import recognition

PASSWORD: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)


def account_schema(sign_in: SignIn) -> vol.Schema:
    """Ask for a password, and for a user name where there is one."""
    password = vol.Optional if sign_in.may_be_empty else vol.Required
    schema: dict[vol.Marker, TextSelector] = {}
    if sign_in.username is not None:
        schema[vol.Required(CONF_USERNAME, default=sign_in.username)] = TextSelector()
    return vol.Schema({**schema, password(CONF_PASSWORD): PASSWORD})


def entered_account(user_input: dict[str, Any]) -> Credentials:
    """Return the account that was entered."""
    return Credentials(
        username=user_input.get(CONF_USERNAME),
        password=user_input.get(CONF_PASSWORD, ""),
    )


def account_data(account: Credentials | None) -> dict[str, Any]:
    """Return the part of an entry's data that holds an account."""
    if account is None:
        return {}
    return {CONF_USERNAME: account.username, CONF_PASSWORD: account.password}


async def async_account_failure(
    host: str, way: Way, account: Credentials
) -> MinerError | None:
    """Return why a miner does not take an account; None where it does."""
    try:
        await async_sign_in(host, way, account)
    except MinerError as err:
        return err
    return None


async def async_entry_account_failure(
    entry: ConfigEntry[Any], account: Credentials, second: Way | None = None
) -> MinerError | None:
    """Return why the miner of an entry does not take an account; None where it does.

    `second` is a way that the entry does not store yet.
    """
    try:
        await recognition(entry, second=second).async_require()
    except MinerError as err:
        return err
    way = second or ordering_way(entry.data)
    return await async_account_failure(entry.data[CONF_HOST], way, account)


def wanted_account(way: Way) -> SignIn | None:
    """Return what a miner wants to know before it takes orders by a way."""
    return sign_in_of(way.driver)


def is_closed(found: Identified) -> bool:
    """Return whether nothing can be read of a miner without an account."""
    wanted = sign_in_of(found.driver)
    return wanted is not None and wanted.to_read


async def async_open(host: str, found: Identified, account: Credentials) -> Identified:
    """Return a miner as it reads with an account; MinerError where it does not."""
    reader = create_reader(host, found.port, driver=found.driver, credentials=account)
    return found._replace(snapshot=await reader.async_poll())

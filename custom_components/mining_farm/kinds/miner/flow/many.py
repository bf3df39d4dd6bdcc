"""Config flow that scans addresses and adds the miners that answer."""

import asyncio
from contextlib import suppress
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import SOURCE_IMPORT, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from ....common.address import canonical_host, is_url, split_address
from ....common.forms import PORT
from ....common.members import ContainerFacts, async_facts_by_entry
from ....common.progress import async_end_progress
from ....const import CONF_KIND, DOMAIN, Kind
from ....engines.edge_collector import (
    DEFAULT_PORT,
    MAX_TARGETS,
    Credentials,
    FoundMiner,
    MinerError,
    TargetError,
    TooManyTargetsError,
    async_scan,
    parse_targets,
)
from ..const import CONF_CONTROLS, CONF_DETAIL
from ..detail import Detail
from ..identity import find_entry, miner_entries, miner_title
from ..stored import way_of_orders
from .add import DETAIL, MinerFlow
from .sign_in import (
    PASSWORD,
    async_account_failure,
    async_open,
    entered_account,
    is_closed,
    wanted_account,
)

CONF_ADDRESSES = "addresses"
CONF_CONTAINERS = "containers"
CONF_MINERS = "miners"
FARM_ABOVE = 10
"""With more miners than this, farm detail is proposed."""

CONF_ACCOUNT = "account"
CONF_LEAVE = "without_password"
MAX_NAMED = 20
"""Addresses that a dialog lists."""
PROOFS_AT_ONCE = 32
MANY_ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_USERNAME): TextSelector(),
        vol.Optional(CONF_PASSWORD): PASSWORD,
        vol.Required(CONF_LEAVE, default=False): BooleanSelector(),
    }
)
ADDRESSES = TextSelector(TextSelectorConfig(multiline=True))


def proposed_detail(added: int) -> Detail:
    """Return the detail that is proposed for so many miners."""
    return Detail.FARM if added > FARM_ABOVE else Detail.STANDARD


class MinerManyFlow(MinerFlow):
    """Steps that add many miners at once, one entry each."""

    _hosts: list[str]
    _port: int | None
    _asked: dict[str, Any] | None = None
    _scan: asyncio.Task[list[FoundMiner]] | None = None
    _found: list[FoundMiner]
    _outcome: str | None = None
    _picked: list[FoundMiner]
    _wanted: dict[str, Any]
    _accounts: dict[str, Credentials]

    async def async_step_miner_many(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the addresses to scan."""
        errors: dict[str, str] = {}
        placeholders = {"part": "", "limit": str(MAX_TARGETS)}
        listed = self._listed_by_containers()
        if user_input is not None:
            self._asked = user_input
            hosts = [
                host
                for entry_id in user_input.get(CONF_CONTAINERS, ())
                for host in listed.get(entry_id, ())
            ]
            try:
                self._hosts = parse_targets("\n".join([_plain(user_input), *hosts]))
            except TargetError as err:
                errors[CONF_ADDRESSES] = "not_a_target"
                placeholders["part"] = err.part
            except TooManyTargetsError:
                errors[CONF_ADDRESSES] = "too_many_targets"
            else:
                if self._hosts:
                    self._port = user_input.get(CONF_PORT)
                    return await self.async_step_miner_scan()
                errors[CONF_ADDRESSES] = "no_targets"
        elif self._outcome is not None:
            errors["base"] = self._outcome
        return self.async_show_form(
            step_id="miner_many",
            data_schema=self.add_suggested_values_to_schema(
                self._many_schema(listed), self._asked
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _listed_by_containers(self) -> dict[str, list[str]]:
        """Return the addresses that containers list and no miner's entry has yet."""
        ours = {
            canonical_host(host)
            for entry in miner_entries(self.hass)
            if isinstance(host := entry.data.get(CONF_HOST), str)
        }
        listed = {
            entry_id: sorted(facts.miner_hosts - ours)
            for entry_id, facts in async_facts_by_entry(
                self.hass, ContainerFacts
            ).items()
        }
        return {entry_id: hosts for entry_id, hosts in listed.items() if hosts}

    def _many_schema(self, listed: dict[str, list[str]]) -> vol.Schema:
        """Ask for addresses, and offer the containers that list some, if any do."""
        port = {vol.Optional(CONF_PORT): PORT}
        if not listed:
            return vol.Schema({vol.Required(CONF_ADDRESSES): ADDRESSES, **port})
        entries = self.hass.config_entries
        containers = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(
                        value=entry_id,
                        label=f"{entries.async_get_known_entry(entry_id).title} "
                        f"({len(hosts)})",
                    )
                    for entry_id, hosts in listed.items()
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        return vol.Schema(
            {
                vol.Optional(CONF_CONTAINERS): containers,
                vol.Optional(CONF_ADDRESSES): ADDRESSES,
                **port,
            }
        )

    async def async_step_miner_scan(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Scan while the user watches the progress."""
        if self._scan is None:
            self._scan = self.hass.async_create_task(
                async_scan(
                    self._hosts, self._port, on_progress=self.async_update_progress
                ),
                f"{DOMAIN} scan",
                # Core would hand this call's input on if the scan ended within it.
                eager_start=False,
            )
        if not self._scan.done():
            return self.async_show_progress(
                step_id="miner_scan",
                progress_action="miner_scan",
                description_placeholders={"count": str(len(self._hosts))},
                progress_task=self._scan,
            )
        answered = self._scan.result()
        self._scan = None
        self._found = [
            found
            for found in answered
            if not find_entry(self.hass, found.host, found.port, found.snapshot)
        ]
        self._outcome = "all_known" if answered else "none_found"
        return async_end_progress(self, "miner_pick" if self._found else "miner_many")

    async def async_step_miner_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user tick the miners to add; one entry each."""
        errors: dict[str, str] = {}
        if user_input is not None:
            picked = [
                found for found in self._found if found.host in user_input[CONF_MINERS]
            ]
            if picked:
                self._picked = picked
                self._wanted = user_input
                self._accounts = {}
                if self._without_account():
                    return await self.async_step_miner_many_sign_in()
                return await self._add_miners()
            errors[CONF_MINERS] = "none_picked"
        hosts = [found.host for found in self._found]
        schema = vol.Schema(
            {
                vol.Required(CONF_MINERS, default=hosts): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(
                                value=found.host,
                                label=f"{found.host}: "
                                f"{miner_title(found.snapshot, found.host)}",
                            )
                            for found in self._found
                        ],
                        multiple=True,
                        mode=SelectSelectorMode.LIST,
                    )
                ),
                vol.Required(CONF_DETAIL, default=proposed_detail(len(hosts))): DETAIL,
            }
        )
        if any(found.snapshot.capabilities for found in self._found):
            controls = vol.Required(CONF_CONTROLS, default=False)
            schema = schema.extend({controls: BooleanSelector()})
        return self.async_show_form(
            step_id="miner_pick",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"count": str(len(hosts))},
        )

    async def async_step_miner_many_sign_in(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for one password for all, and for others for those that refuse it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input[CONF_LEAVE]:
                await self._async_prove(entered_account(user_input))
            if user_input[CONF_LEAVE] or not self._without_account():
                return await self._add_miners()
            errors["base"] = "some_refused"
        left = [found.host for found in self._without_account()]
        return self.async_show_form(
            step_id="miner_many_sign_in",
            data_schema=self.add_suggested_values_to_schema(
                MANY_ACCOUNT_SCHEMA, user_input
            ),
            errors=errors,
            description_placeholders={
                "count": str(len(left)),
                "hosts": ", ".join(left[:MAX_NAMED])
                + ("…" if left[MAX_NAMED:] else ""),
            },
        )

    def _without_account(self) -> list[FoundMiner]:
        """Return the picked miners that want an account, and have none yet."""
        controls = self._wanted.get(CONF_CONTROLS, False)
        return [
            found
            for found in self._picked
            if found.host not in self._accounts
            and (
                is_closed(found.identified)
                or (controls and wanted_account(way_of_orders(found.identified)))
            )
        ]

    async def _async_prove(self, account: Credentials) -> None:
        """Keep an account for those of the miners that take it."""
        slots = asyncio.Semaphore(PROOFS_AT_ONCE)

        async def prove(found: FoundMiner) -> None:
            async with slots:
                way = way_of_orders(found.identified)
                if await async_account_failure(found.host, way, account) is None:
                    self._accounts[found.host] = account

        await asyncio.gather(*map(prove, self._without_account()))

    @override
    @callback
    def async_remove(self) -> None:
        """Stop scanning for a user who has left."""
        if self._scan is not None:
            self._scan.cancel()
        super().async_remove()

    async def import_miner(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of many miners that the user has ticked."""
        return await self._add_one(
            import_data[CONF_MINERS], import_data[CONF_ACCOUNT], import_data
        )

    async def _add_miners(self) -> ConfigFlowResult:
        """Create this flow's entry for the first miner and import the others."""
        readable = [
            found
            for found in self._picked
            if found.host in self._accounts or not is_closed(found.identified)
        ]
        if not readable:
            return self.async_abort(reason="no_password")
        first, *others = readable
        # A flow of core creates one entry, so that each further miner needs its own.
        for found in others:
            self.hass.async_create_task(
                self.hass.config_entries.flow.async_init(
                    DOMAIN,
                    context={"source": SOURCE_IMPORT},
                    data={
                        **self._wanted,
                        CONF_KIND: Kind.MINER,
                        CONF_MINERS: found,
                        CONF_ACCOUNT: self._accounts.get(found.host),
                    },
                ),
                f"{DOMAIN} add {found.host}",
            )
        return await self._add_one(first, self._accounts.get(first.host), self._wanted)

    async def _add_one(
        self, found: FoundMiner, account: Credentials | None, wanted: dict[str, Any]
    ) -> ConfigFlowResult:
        """Create an entry; it is controlled where nothing more is needed for that."""
        identified = found.identified
        if account is not None and is_closed(identified):
            with suppress(MinerError):
                identified = await async_open(found.host, identified, account)
        free = wanted_account(way_of_orders(identified)) is None
        return await self._create_miner(
            found.host,
            identified,
            detail=wanted[CONF_DETAIL],
            account=account,
            controls=wanted.get(CONF_CONTROLS, False)
            and identified.snapshot.capabilities is not None
            and (free or account is not None),
        )


def _plain(user_input: dict[str, Any]) -> str:
    """Return the addresses without pages, brackets, and ports that are the scan's own."""
    parts = []
    for part in user_input.get(CONF_ADDRESSES, "").split():
        host, port = split_address(part.strip(",;"))
        scanned = is_url(part) or port == user_input.get(CONF_PORT, DEFAULT_PORT)
        parts.append(host if scanned or port is None else part)
    return "\n".join(parts)

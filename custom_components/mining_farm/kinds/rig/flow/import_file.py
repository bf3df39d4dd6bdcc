"""Config flow that takes over the rigs.json of the original rig restarter."""

import asyncio
from collections.abc import Iterable, Sequence
import re
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import SOURCE_IMPORT, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
)

from ....const import CONF_KIND, DOMAIN, Kind
from ....engines.power import (
    Credentials,
    KasaDevice,
    OutletAuthError,
    OutletError,
    OutletUnreachableError,
    OutletUnsupportedError,
    find_outlet,
)
from ..const import CONF_ARMED, CONF_REPEAT_ON_SILENCE, CONF_WORKER
from ..identity import find_outlet_user, find_worker, outlet_key, worker_key
from ..stored import account_data, kasa_data
from .account import PASSWORD
from .add import RigFlow
from .kasa import entered_credentials, known_hashes
from .kasa_access import async_identify_kasa
from .rigs_file import FileRig, Mistake, Problem, parse_rigs
from .texts import Texts

CONF_RIGS = "rigs"
CONF_KASA_ACCOUNT = "kasa_account"
CONF_DATA = "data"
CONF_OPTIONS = "options"
AT_ONCE = 16

MISTAKES: dict[type[OutletError], Mistake] = {
    OutletUnreachableError: Mistake.OUTLET_UNREACHABLE,
    OutletAuthError: Mistake.OUTLET_AUTH,
    OutletUnsupportedError: Mistake.OUTLET_UNSUPPORTED,
}
IMPORT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_RIGS): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Required(CONF_ARMED, default=False): BooleanSelector(),
        vol.Required(CONF_KASA_ACCOUNT): section(
            vol.Schema(
                {
                    vol.Optional(CONF_USERNAME): TextSelector(),
                    vol.Optional(CONF_PASSWORD): PASSWORD,
                }
            ),
            {"collapsed": True},
        ),
    }
)
_LETTERS = "".join(rf"(?:{each}|\\u{ord(each):04x})" for each in "token")
_TOKEN = re.compile(
    rf"""(["']?\s*{_LETTERS}\s*["']?\s*:\s*)"""
    r"""("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
    r"""|[\[{][^\]}]*[\]}]?|[^,}\]\s]*)""",
    re.IGNORECASE,
)
"""A token's value, also where a mistake makes it no JSON, or its key is escaped."""
_PASSWORD = re.compile(r"://[^\s\"',]*@")

type Found = KasaDevice | OutletError


class RigImportFlow(RigFlow):
    """Adds all rigs of a file, or none."""

    async def async_step_rig_import(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the file's content; all mistakes in it are shown at once."""
        errors: dict[str, str] = {}
        problems: list[Problem] = []
        shown: dict[str, Any] = {}
        if user_input is not None:
            rigs, problems = parse_rigs(user_input[CONF_RIGS])
            devices = await self._identify_all(rigs, user_input[CONF_KASA_ACCOUNT])
            found, more = self._resolve(rigs, devices)
            problems += more
            if not problems:
                return self._add_rigs(found, armed=user_input[CONF_ARMED])
            errors["base"] = "import_problems"
            shown = {
                CONF_RIGS: _without_secrets(user_input[CONF_RIGS]),
                CONF_ARMED: user_input[CONF_ARMED],
            }
        return self.async_show_form(
            step_id="rig_import",
            data_schema=self.add_suggested_values_to_schema(IMPORT_SCHEMA, shown),
            errors=errors,
            description_placeholders={"problems": await self._tell(problems)},
        )

    async def _identify_all(
        self, rigs: Iterable[FileRig], kasa_account: dict[str, Any]
    ) -> dict[str, Found]:
        """Return by address what is there, or why it is not known."""
        credentials: Credentials | None = None
        if kasa_account.get(CONF_USERNAME) and kasa_account.get(CONF_PASSWORD):
            credentials = entered_credentials(kasa_account)
        hashes = known_hashes(self.hass)
        limit = asyncio.Semaphore(AT_ONCE)

        async def identify(host: str) -> Found:
            async with limit:
                try:
                    return await async_identify_kasa(
                        self.hass, host, credentials, hashes
                    )
                except OutletError as err:
                    return err

        hosts = sorted({rig.host for rig in rigs})
        return dict(
            zip(hosts, await asyncio.gather(*map(identify, hosts)), strict=True)
        )

    def _resolve(
        self, rigs: Sequence[FileRig], devices: dict[str, Found]
    ) -> tuple[list[tuple[FileRig, dict[str, Any]]], list[Problem]]:
        """Return each rig with its entry's data, and what stands in the way."""
        found: list[tuple[FileRig, dict[str, Any]]] = []
        problems: list[Problem] = []
        workers: dict[Any, str] = {}
        outlets: dict[Any, str] = {}
        for rig in rigs:
            data = {
                CONF_KIND: Kind.RIG,
                **account_data(rig.account),
                CONF_WORKER: rig.worker,
            }
            known = find_worker(self.hass, data)
            other = workers.setdefault(worker_key(data), rig.label)
            if known is not None or other != rig.label:
                other = other if known is None else known.title
                problems.append(_problem(rig, Mistake.WORKER_IN_USE, other=other))
            outlet = _outlet_data(rig, devices[rig.host])
            if isinstance(outlet, Problem):
                problems.append(outlet)
                continue
            data |= outlet
            known = find_outlet_user(self.hass, data)
            other = outlets.setdefault(outlet_key(data), rig.label)
            if known is not None or other != rig.label:
                other = other if known is None else known.title
                problems.append(_problem(rig, Mistake.OUTLET_IN_USE, other=other))
            found.append((rig, data))
        return found, problems

    def _add_rigs(
        self, found: list[tuple[FileRig, dict[str, Any]]], *, armed: bool
    ) -> ConfigFlowResult:
        """Create this flow's entry for the first rig and import the others."""
        (first, self._rig), *others = found
        for rig, data in others:
            self.hass.async_create_task(
                self.hass.config_entries.flow.async_init(
                    DOMAIN,
                    context={"source": SOURCE_IMPORT},
                    data={
                        CONF_KIND: Kind.RIG,
                        CONF_DATA: data,
                        CONF_OPTIONS: _options(rig, armed=armed),
                    },
                ),
                f"{DOMAIN} add {rig.label}",
            )
        return self._add_rig(_options(first, armed=armed))

    async def import_rig(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of many rigs of a file."""
        self._rig = import_data[CONF_DATA]
        return self._add_rig(import_data[CONF_OPTIONS])

    async def _tell(self, problems: list[Problem]) -> str:
        """Return all problems as a list in words."""
        texts = await Texts.async_load(self.hass)
        return "\n".join(
            f"- {texts('rig_import', problem.mistake, **problem.known)}"
            for problem in problems
        )


def _without_secrets(text: str) -> str:
    """Return a pasted file as it may be shown again, however its keys are written."""
    return _PASSWORD.sub("://", _TOKEN.sub(r'\1""', text))


def _outlet_data(rig: FileRig, device: Found) -> dict[str, Any] | Problem:
    """Return the outlet that the file means, or why there is none."""
    if isinstance(device, OutletError):
        return _problem(rig, MISTAKES[type(device)], host=rig.host)
    try:
        outlet = find_outlet(device, name=rig.plug_name, number=rig.plug_number)
    except LookupError:
        known = ", ".join(f"{o.number - 1} “{o.alias}”" for o in device.outlets)
        return _problem(rig, Mistake.NO_SUCH_OUTLET, host=rig.host, known=known)
    return kasa_data(device, outlet)


def _problem(rig: FileRig, mistake: Mistake, **known: str) -> Problem:
    return Problem(mistake=mistake, known={"rig": rig.label, **known})


def _options(rig: FileRig, *, armed: bool) -> dict[str, Any]:
    """Return what an entry keeps of a rig's policy.

    The original counts its restarts in a row on the pool's word alone.
    """
    return {**rig.policy, CONF_REPEAT_ON_SILENCE: True, CONF_ARMED: armed}

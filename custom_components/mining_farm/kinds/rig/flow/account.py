"""Steps about a rig's pool account: which pool, whose account, and is it answered."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ....engines.pools import (
    POOLS,
    Account,
    AccountKind,
    AccountReport,
    Dialect,
    Outcome,
    Service,
    TokenUse,
)
from ..const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_COIN,
    CONF_POOL,
    CONF_SECOND_POOL,
    CONF_TOKEN,
)
from ..identity import account_key, accounts_in, rig_entries
from ..resources import async_get_resources
from ..stored import ACCOUNT_KEYS, account_data, account_of
from ..stored_shape import is_account
from .base_url import is_base_url, needs_base_url
from .steps import CONF_ADVANCED, Part, RigStepsFlow
from .texts import Texts

CONF_USER_NAME = "user_name"
"""Label of the account where it is not a wallet."""
CONF_SAVE_ANYWAY = "save_anyway"

ANSWERED = (Outcome.WORKER, Outcome.EMPTY)
UNSURE = (
    Outcome.UNREACHABLE,
    Outcome.RATE_LIMITED,
    Outcome.API_ERROR,
    Outcome.NOT_JSON,
)
"""The pool has said nothing about the account: the user may know better."""

PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))


def account_schema(
    dialect: Dialect, *, token_known: bool, unsure: bool = False
) -> vol.Schema:
    """Return the fields that a pool needs."""
    fields: dict[vol.Marker, Any] = {}
    match dialect.account_kind:
        case AccountKind.WALLET:
            fields[vol.Required(CONF_ACCOUNT)] = TextSelector()
        case AccountKind.USERNAME:
            fields[vol.Required(CONF_USER_NAME)] = TextSelector()
    if dialect.coins is not None:
        # Of a field that is required, the dialog chooses the first option by itself:
        # the star that marks those is part of this one's label.
        only = dialect.coins[0] if len(dialect.coins) == 1 else vol.UNDEFINED
        fields[vol.Optional(CONF_COIN, default=only)] = SelectSelector(
            SelectSelectorConfig(
                options=list(dialect.coins),
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
    if dialect.token is not TokenUse.NONE:
        required = dialect.token is TokenUse.REQUIRED and not token_known
        marker = vol.Required if required else vol.Optional
        fields[marker(CONF_TOKEN)] = PASSWORD
    if needs_base_url(dialect):
        fields[vol.Required(CONF_BASE_URL)] = ADDRESS
    else:
        fields[vol.Required(CONF_ADVANCED)] = section(
            vol.Schema({vol.Optional(CONF_BASE_URL): ADDRESS}), {"collapsed": True}
        )
    if unsure:
        fields[vol.Required(CONF_SAVE_ANYWAY, default=False)] = BooleanSelector()
    return vol.Schema(fields)


def entered_account(
    dialect: Dialect, user_input: dict[str, Any], known_token: str | None
) -> Account:
    """Return the account entered in a form; an empty token keeps the stored one."""
    values = {**user_input, **user_input.get(CONF_ADVANCED, {})}

    def text(key: str) -> str:
        return str(values.get(key, "")).strip()

    return Account(
        pool=dialect.key,
        account=text(CONF_ACCOUNT) or text(CONF_USER_NAME),
        coin=text(CONF_COIN) or None,
        token=text(CONF_TOKEN) or known_token,
        base_url=text(CONF_BASE_URL) or None,
    )


class RigAccountFlow(RigStepsFlow):
    """Steps from the pool to an account that it knows."""

    _pool: str
    _token: str | None = None
    _report: AccountReport | None = None
    _second: bool = False
    """Whether it is the second account that is asked for."""

    @property
    def _at_pool(self) -> dict[str, Any]:
        """What is known of the account that is asked for."""
        if not self._second:
            return self._rig
        second = self._rig.get(CONF_SECOND_POOL)
        return second if isinstance(second, dict) else {}

    def _replace_at_pool(self, keys: tuple[str, ...], known: dict[str, Any]) -> None:
        """Replace what is known of the account that is asked for."""
        if self._second:
            kept = {k: v for k, v in self._at_pool.items() if k not in keys}
            self._replace((CONF_SECOND_POOL,), {CONF_SECOND_POOL: kept | known})
        else:
            self._replace(keys, known)

    async def async_step_rig_pool(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the pool, or for a rig that shares its account."""
        self._second = False
        return await self._async_choose_pool(user_input, step_id="rig_pool")

    async def async_step_rig_second_pool(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the pool of another account at which the rig may mine as well."""
        self._second = True
        return await self._async_choose_pool(user_input, step_id="rig_second_pool")

    async def async_step_rig_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account and try it against the pool."""
        return await self._async_enter_account(user_input, step_id="rig_account")

    async def async_step_rig_second_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the second account and try it against its pool."""
        return await self._async_enter_account(user_input, step_id="rig_second_account")

    async def _async_account_known(
        self, account: Account, report: AccountReport
    ) -> ConfigFlowResult:
        self._replace_at_pool(ACCOUNT_KEYS, account_data(account))
        self._report = report
        part = Part.SECOND_ACCOUNT if self._second else Part.ACCOUNT
        return await self._part_known(part)

    async def _async_choose_pool(
        self, user_input: dict[str, Any] | None, *, step_id: str
    ) -> ConfigFlowResult:
        shared = self._known_accounts()
        if user_input is not None:
            choice: str = user_input[CONF_POOL]
            if choice in shared:
                account = account_of(shared[choice][1])
                report = await self._ask_pool(account, max_age=60)
                return await self._async_account_known(account, report)
            self._pool = choice
            before = self._at_pool if self._at_pool.get(CONF_POOL) == choice else {}
            self._token = before.get(CONF_TOKEN)
            if self._second:
                return await self.async_step_rig_second_account()
            return await self.async_step_rig_account()
        texts = await Texts.async_load(self.hass)
        options = [
            SelectOptionDict(
                value=value,
                label=texts(
                    "rig_pool",
                    "same_account",
                    rig=title,
                    pool=POOLS[stored[CONF_POOL]].name,
                ),
            )
            for value, (title, stored) in shared.items()
        ]
        options += [
            SelectOptionDict(
                value=key, label=texts("rig_pool", dialect.service, pool=dialect.name)
            )
            for key, dialect in sorted(POOLS.items(), key=_by_service_and_name)
        ]
        schema = vol.Schema(
            {
                vol.Required(CONF_POOL): SelectSelector(
                    SelectSelectorConfig(
                        options=options, mode=SelectSelectorMode.DROPDOWN
                    )
                )
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, self._at_pool),
        )

    async def _async_enter_account(
        self, user_input: dict[str, Any] | None, *, step_id: str
    ) -> ConfigFlowResult:
        dialect = POOLS[self._pool]
        errors: dict[str, str] = {}
        detail = ""
        unsure = False
        if user_input is not None:
            account = entered_account(dialect, user_input, self._token)
            self._token = account.token
            if account.base_url and not is_base_url(account.base_url):
                errors["base"] = "invalid_url"
            elif dialect.missing(account):
                errors["base"] = "field_missing"
            else:
                report = await self._ask_pool(account)
                unsure = report.outcome in self._unsure
                if report.outcome in ANSWERED or (
                    unsure and user_input.get(CONF_SAVE_ANYWAY)
                ):
                    return await self._async_account_known(account, report)
                errors["base"] = f"pool_{report.outcome}"
                detail = report.detail
        schema = account_schema(
            dialect, token_known=self._token is not None, unsure=unsure
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, without_token(user_input or self._stored_account())
            ),
            errors=errors,
            description_placeholders={
                "pool": dialect.name,
                "detail": detail,
                "coin_place": "{coin}",
            },
        )

    @property
    def _unsure(self) -> tuple[Outcome, ...]:
        """Answers after which the user may know better.

        Many pools know an account only once it is used, as a backup is not.
        """
        return (*UNSURE, Outcome.ACCOUNT_UNKNOWN) if self._second else UNSURE

    async def _ask_pool(self, account: Account, max_age: float = 0) -> AccountReport:
        """Return the pool's answer; queued with the polls of the rigs."""
        pools = async_get_resources(self.hass).pools
        return await pools.async_fetch(account, max_age)

    def _known_accounts(self) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Return the newest rig of each account in use, and the account, by a key."""
        by_account: dict[tuple[str, ...], tuple[str, str, Mapping[str, Any]]] = {}
        for entry in sorted(
            rig_entries(self.hass, self._own_entry_id),
            key=lambda entry: entry.created_at,
            reverse=True,
        ):
            for number, stored in enumerate(accounts_in(entry.data)):
                # A newer version may have known more pools.
                if not is_account(stored):
                    continue
                key = entry.entry_id if number == 0 else f"{entry.entry_id}.{number}"
                known = (key, entry.title, stored)
                by_account.setdefault(account_key(stored), known)
        return {key: (title, stored) for key, title, stored in by_account.values()}

    def _stored_account(self) -> dict[str, Any]:
        """Return the form's values for the account that is being changed."""
        before = self._at_pool
        if before.get(CONF_POOL) != self._pool:
            return {}
        stored = {key: before[key] for key in ACCOUNT_KEYS if key in before}
        base_url = {CONF_BASE_URL: stored.get(CONF_BASE_URL, "")}
        return {
            **stored,
            CONF_USER_NAME: stored.get(CONF_ACCOUNT, ""),
            CONF_ADVANCED: base_url,
        }


def without_token(values: dict[str, Any]) -> dict[str, Any]:
    """Return a form's values without what is never shown back."""
    return {key: value for key, value in values.items() if key != CONF_TOKEN}


def _by_service_and_name(pool: tuple[str, Dialect]) -> tuple[int, str]:
    service = (Service.ALIVE, Service.UNKNOWN, Service.CLOSED)
    return service.index(pool[1].service), pool[1].name.casefold()

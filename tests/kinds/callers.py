"""Users who call actions over the websocket, each with rights of its own."""

from typing import Any, Final

from pytest_homeassistant_custom_component.common import CLIENT_ID, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.mining_farm.const import DOMAIN
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import Credentials
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

GROUPS: Final = {
    "administrator": GROUP_ID_ADMIN,
    "user": GROUP_ID_USER,
    "read only": GROUP_ID_READ_ONLY,
}


class Callers:
    """Signs users in and lets them call actions of ours."""

    def __init__(self, hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
        """Take what opens a websocket."""
        self._hass = hass
        self._open = hass_ws_client

    async def call(
        self,
        caller: str,
        action: str,
        *,
        domain: str = DOMAIN,
        response: bool = False,
        **data: Any,
    ) -> str:
        """Call as a member of a group, or as who may control one entity.

        Returns "done" or the text of the error.
        """
        socket = await self.connect(caller)
        done = await self.ask(socket, action, domain=domain, response=response, **data)
        await socket.close()
        return done

    async def connect(self, caller: str) -> MockHAClientWebSocket:
        """Open a websocket for who may call as by `call`."""
        return await self._open(self._hass, await self._token(caller))

    async def ask(
        self,
        socket: MockHAClientWebSocket,
        action: str,
        *,
        domain: str = DOMAIN,
        response: bool = False,
        **data: Any,
    ) -> str:
        """Call over a socket that is open; return "done" or the text of the error."""
        await socket.send_json_auto_id(
            {
                "type": "call_service",
                "domain": domain,
                "service": action,
                "service_data": data,
                "return_response": response,
            }
        )
        answer = await socket.receive_json()
        return "done" if answer["success"] else str(answer["error"]["message"])

    async def _token(self, caller: str) -> str:
        assert await async_setup_component(self._hass, "websocket_api", {})
        if caller in GROUPS:
            group = await self._hass.auth.async_get_group(GROUPS[caller])
            assert group is not None
            user = MockUser(groups=[group])
        else:
            user = MockUser()
            user.mock_policy({"entities": {"entity_ids": {caller: True}}})
        user.add_to_hass(self._hass)
        credential = Credentials(
            auth_provider_type="homeassistant",
            auth_provider_id=None,
            data={"username": user.id},
            is_new=False,
        )
        user.credentials.append(credential)
        refresh = await self._hass.auth.async_create_refresh_token(
            user, CLIENT_ID, credential=credential
        )
        return self._hass.auth.async_create_access_token(refresh)

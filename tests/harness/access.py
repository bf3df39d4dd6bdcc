"""The user, and how one gets in without a browser."""

import aiohttp

USERNAME = "dev"
PASSWORD = "dev"


async def create_user(url: str) -> str:
    """Create the first user; return an authorization code.

    Home Assistant allows this once, in its onboarding.
    """
    user = {
        "name": "Developer",
        "username": USERNAME,
        "password": PASSWORD,
        "language": "en",
        "client_id": f"{url}/",
    }
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.post(f"{url}/api/onboarding/users", json=user) as response,
    ):
        code: str = (await response.json())["auth_code"]
        return code


async def exchange_code(url: str, code: str) -> str:
    """Return the access token, good for 30 minutes, that an authorization code buys."""
    form = {"grant_type": "authorization_code", "code": code, "client_id": f"{url}/"}
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.post(f"{url}/auth/token", data=form) as response,
    ):
        token: str = (await response.json())["access_token"]
        return token


async def log_in(url: str) -> str:
    """Return an authorization code for the user's name and password."""
    client = {"client_id": f"{url}/"}
    start = {
        **client,
        "handler": ["homeassistant", None],
        "redirect_uri": f"{url}/?auth_callback=1",
    }
    answer = {**client, "username": USERNAME, "password": PASSWORD}
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.post(f"{url}/auth/login_flow", json=start) as response:
            flow = (await response.json())["flow_id"]
        login = f"{url}/auth/login_flow/{flow}"
        async with session.post(login, json=answer) as response:
            code: str = (await response.json())["result"]
            return code

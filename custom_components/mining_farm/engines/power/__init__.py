"""Power: outlets that feed rigs; each command is sent once and confirmed by a reading."""

from .kasa_connection import KasaConnection, KasaConnections, SessionFactory
from .kasa_finding import async_discover, async_identify
from .kasa_library import create_cookie_jar
from .kasa_models import (
    ConnectionParameters,
    Credentials,
    KasaAddress,
    KasaDevice,
    KasaOutletInfo,
    NeedsCredentials,
    find_outlet,
)
from .kasa_outlet import KasaOutlet
from .models import (
    Outlet,
    OutletAuthError,
    OutletError,
    OutletGoneError,
    OutletNotConfirmedError,
    OutletReading,
    OutletUnreachableError,
    OutletUnsupportedError,
)

__all__ = [
    "ConnectionParameters",
    "Credentials",
    "KasaAddress",
    "KasaConnection",
    "KasaConnections",
    "KasaDevice",
    "KasaOutlet",
    "KasaOutletInfo",
    "NeedsCredentials",
    "Outlet",
    "OutletAuthError",
    "OutletError",
    "OutletGoneError",
    "OutletNotConfirmedError",
    "OutletReading",
    "OutletUnreachableError",
    "OutletUnsupportedError",
    "SessionFactory",
    "async_discover",
    "async_identify",
    "create_cookie_jar",
    "find_outlet",
]

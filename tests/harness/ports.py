"""Ports of programs that are started later, or again on the same one."""

import socket


def hold_port() -> int:
    """Return a port of 127.0.0.1 that is kept from everyone else until this process ends.

    One that was only found to be free may be taken before its program listens, and between
    two of its runs: any connection may get it as its near end. Who sets SO_REUSEADDR, as
    servers do, listens beside a socket that only has the port.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        held.detach()
    return port

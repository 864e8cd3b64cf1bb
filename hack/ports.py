"""Free loopback ports for servers that cannot be handed an open socket.

Linux gives outgoing connections ports from its ephemeral range (32768 and up), so a port found there can be
taken again before the server binds it. Ports are drawn below that range, at random, so that clusters started
at the same moment rarely meet; a start that still meets another draws again (see hack.local).
"""

import random
import socket

_FIRST, _LAST = 20_000, 32_000


def free_ports(count: int) -> list[int]:
    """`count` distinct TCP ports on 127.0.0.1 that nothing listens on right now."""
    found: set[int] = set()
    while len(found) < count:
        port = random.SystemRandom().randrange(_FIRST, _LAST)
        if port not in found and _is_free(port):
            found.add(port)
    return list(found)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the Go servers do; without it a port in TIME_WAIT would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

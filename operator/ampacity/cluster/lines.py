"""Lines of a streamed body, however the network cut it up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

LONGEST = 32 * 2**20


class Broken(Exception):
    """The stream ended inside a line, or sent what is no event: nothing of that line was used."""


async def lines(content: aiohttp.StreamReader, longest: int = LONGEST) -> AsyncIterator[bytes]:
    """Complete lines without their end; Broken if the last is cut off, or one is over `longest` bytes."""
    rest = b""
    async for chunk in content.iter_any():
        first, *others = chunk.split(b"\n")
        rest += first
        for line in others:
            if rest.strip():
                yield rest
            rest = line
        if len(rest) > longest:
            raise Broken(f"a line of more than {longest} bytes")
    if rest.strip():
        raise Broken("the last line was cut off")

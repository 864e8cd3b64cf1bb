import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from ampacity.cluster.lines import Broken, lines


class Chunks:
    """A body that arrives in these pieces."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    async def iter_any(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


def split(*chunks: bytes, longest: int = 100) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [line async for line in lines(Chunks(chunks), longest)]  # type: ignore[arg-type]

    return asyncio.run(collect())


@pytest.mark.parametrize("size", range(1, 12))
def test_lines_are_the_same_however_they_are_cut(size: int) -> None:
    body = b'{"a":1}\n\n{"b":"\xc3\xa9"}\n'
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert split(*pieces) == [b'{"a":1}', b'{"b":"\xc3\xa9"}']


def test_a_line_without_its_end_is_not_used() -> None:
    with pytest.raises(Broken, match="cut off"):
        split(b'{"a":1}\n{"b"')


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    with pytest.raises(Broken, match="more than 100 bytes"):
        split(b"x" * 60, b"x" * 60)

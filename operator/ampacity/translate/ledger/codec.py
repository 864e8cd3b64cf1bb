"""The ledger as compact JSON, and back.

Entries repeat nodes, racks, profiles and requests, so those stand once in a
table and entries name them by number: 2,000 entries with long names stay under
the 1 MiB that a ConfigMap may hold. Reading is strict: a ledger that cannot be
read is an error, never an empty ledger, for what it announced may still happen.

During an upgrade, and after a rollback, one version reads what another wrote. A
version that only adds what may be forgotten appends it: fields to the object,
values to the end of a row. An older one reads past them, and writes the ledger
without them. Whatever an older version must not overlook raises FORMAT, and then
it reads nothing, and does not lead. What is added must have a default when absent.
"""

from __future__ import annotations

import json
from typing import Any

from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.core.workload import Workload

FORMAT = 1
_PLACE = 8
"""Values in the row of a place, without its class of work, which not every version wrote."""

Row = list[Any]


class LedgerUnreadable(ValueError):
    """The stored ledger is not one that this version wrote; the text says what to do."""


def encode_ledger(ledger: Ledger) -> str:
    """JSON text, the same for equal ledgers."""
    table = _Table()
    fields = {
        "format": FORMAT,
        "epoch": ledger.epoch,
        "sequence": ledger.sequence,
        "writer": ledger.writer,
        "fence": [_fence_row(entry, table) for entry in ledger.fence],
        "holds": [_hold_row(hold, table) for hold in ledger.holds],
        "table": table.values,
    }
    return json.dumps(fields, separators=(",", ":"))


def decode_ledger(text: str) -> Ledger:
    """The ledger that `encode_ledger` wrote; LedgerUnreadable on anything else."""
    try:
        fields = json.loads(text)
        if fields["format"] != FORMAT:
            raise ValueError(f"its format is {fields['format']!r}, this version reads {FORMAT}")
        table = fields["table"]
        return Ledger(
            epoch=_whole(fields["epoch"]),
            sequence=_whole(fields["sequence"]),
            writer=str(fields["writer"]),
            fence=tuple(_fence_entry(row, table) for row in fields["fence"]),
            holds=tuple(_hold(row, table) for row in fields["holds"]),
        )
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise LedgerUnreadable(
            f"the stored ledger cannot be read ({error}); run the version that wrote it, or, when no "
            "operator runs, delete its ConfigMap: pods that run keep their reservations"
        ) from error


class _Table:
    """Distinct JSON values, numbered in order of first use."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        if value not in self._numbers:
            self._numbers[value] = len(self.values)
            self.values.append(value)
        return self._numbers[value]


def _place_row(place: FenceEntry | Hold, table: _Table) -> Row:
    load, requests = place.load, place.requests
    names = (place.node, place.site, place.rack, place.profile, place.controller)
    sizes = (requests.cpu_milli, requests.memory, requests.ephemeral, requests.pods, requests.extended)
    return [
        *(table.number(name) for name in names),
        table.number((load.power, load.air, load.liquid)),
        table.number(sizes),
        place.units,
        *([table.number(place.workload)] if place.workload else ()),
    ]


def _place(row: Row, table: list[Any]) -> dict[str, Any]:
    """The fields that fence entries and holds share."""
    numbers = [_whole(number) for number in row[:_PLACE]]
    node, site, rack, profile, controller = (_text(table[number]) for number in numbers[:5])
    power, air, liquid = (_whole(figure) for figure in table[numbers[5]])
    cpu, memory, ephemeral, pods, extended, *_ = table[numbers[6]]
    return {
        "node": node,
        "site": site,
        "rack": rack,
        "profile": profile,
        "controller": controller,
        "load": Load(power, air, liquid),
        "requests": Resources(
            cpu_milli=_whole(cpu),
            memory=_whole(memory),
            ephemeral=_whole(ephemeral),
            pods=_whole(pods),
            extended=tuple((_text(name), _whole(count)) for name, count in extended),
        ),
        "units": numbers[7],
        "workload": _workload(row, table),
    }


def _fence_row(entry: FenceEntry, table: _Table) -> Row:
    own = [entry.uid, entry.name, entry.resource_version, entry.generation, entry.epoch, entry.hold]
    return [*own, _place_row(entry, table)]


def _fence_entry(row: Row, table: list[Any]) -> FenceEntry:
    uid, name, version, generation, epoch, hold, place, *_ = row
    return FenceEntry(
        uid=_text(uid),
        name=_text(name),
        resource_version=_text(version),
        generation=_whole(generation),
        epoch=_whole(epoch),
        hold=_text(hold),
        **_place(place, table),
    )


def _hold_row(hold: Hold, table: _Table) -> Row:
    return [hold.key, hold.since, _place_row(hold, table)]


def _hold(row: Row, table: list[Any]) -> Hold:
    key, since, place, *_ = row
    return Hold(key=_text(key), since=_whole(since), **_place(place, table))


def _workload(row: Row, table: list[Any]) -> Workload | None:
    """What an older version left out, or only a later one understands, is a class that nobody can tell."""
    number = row[_PLACE] if len(row) > _PLACE else -1
    word = table[number] if type(number) is int and 0 <= number < len(table) else ""
    return Workload(word) if isinstance(word, str) and word in set(Workload) else None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} should be text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} should be a whole number")
    return value

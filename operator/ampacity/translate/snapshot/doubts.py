"""Notes on what is in doubt and was counted on the safe side, for those who can settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ampacity import names
from ampacity.core.load import NOTHING
from ampacity.core.snapshot import NodeView, Note
from ampacity.core.units import format_power
from ampacity.translate.fleet.places import Fleet
from ampacity.translate.snapshot.stock import Stock
from ampacity.translate.snapshot.usage import PodIndex


def fleet_notes(fleet: Fleet, stock: Stock) -> Iterable[Note]:
    """Labels against the envelope, sites without rows, hardware in doubt, and missing listed nodes."""
    yield from fleet.notes
    for site, why in sorted(stock.broken.items()):
        yield Note("Rack", "", "NotComputable", why, site)
    for name, place in sorted(fleet.places.items()):
        if place.hardware is not None and place.hardware.doubt:
            reason = "UnknownHardware" if place.hardware.draw is None else "HardwareInDoubt"
            yield Note("Node", name, reason, place.hardware.doubt, place.site, place.rack or "")
    yield from _deleted_profiles(fleet)
    for (site, rack), held in sorted(stock.racks.items()):
        if held.missing:
            power = sum((hardware.worst for hardware in held.missing), NOTHING).power
            sentence = (
                f"{_listed(len(held.missing))} no Node object: counted at {format_power(power)}; "
                "list them as off if they are switched off"
            )
            yield Note("Rack", rack, "MissingNodes", sentence, site, rack)


def _deleted_profiles(fleet: Fleet) -> Iterable[Note]:
    deleted = fleet.book.deleted
    for name, place in sorted(fleet.places.items()) if deleted else ():
        if place.hardware is not None and place.hardware.profile in deleted:
            sentence = (
                f"AcceleratorProfile {place.hardware.profile} was deleted: its last figures count as long as"
                " they are needed; apply it again, or one that fits these nodes"
            )
            yield Note("Node", name, "ProfileDeleted", sentence, place.site, place.rack or "")


def _listed(count: int) -> str:
    return "1 listed node has" if count == 1 else f"{count} listed nodes have"


def node_notes(nodes: Sequence[NodeView]) -> Iterable[Note]:
    """Nodes that admit nothing although somebody meant them to: all but cordoned ones and strangers."""
    for node in nodes:
        if node.admits or (node.draw is None and node.rack is not None):
            continue
        meant = node.rack is not None or names.SITE in node.labels or names.RACK in node.labels
        if meant and node.why_not != "cordoned":
            reason = "NotAdmitting" if node.rack is not None else "NoRack"
            yield Note("Node", node.name, reason, node.why_not, node.site, node.rack or "")


def pod_notes(index: PodIndex) -> Iterable[Note]:
    """Pods of which something could not be read."""
    for pod in sorted(index.doubtful(), key=lambda pod: pod.uid):
        yield Note("Pod", f"{pod.namespace}/{pod.name}", "Unreadable", pod.doubt)

"""Decisions as values: grants, refusals, and the reasons behind them as data.

The sentences that people read about them are in `sentences`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ampacity.core.load import Load
from ampacity.core.rows import Shortfall
from ampacity.core.snapshot import Waiter


class Reason(StrEnum):
    """Why a waiter waits; stable, documented, used as condition reason and metric label."""

    POWER = "InsufficientPower"            # a power row is short in normal operation
    REDUNDANCY = "InsufficientRedundancy"  # a row is short if one failure domain fails
    COOLING = "InsufficientCooling"        # an air or coolant row is short in normal operation
    SHARE = "InsufficientShare"            # its class of work has no more, or the rest is kept for others
    NO_FREE_GPUS = "NoFreeGPUs"            # nodes match and have power, but their GPUs are taken
    NO_MATCHING_NODE = "NoMatchingNode"    # selector, taints, accelerators or sites match no node
    NODE_RESOURCES = "InsufficientNodeResources"  # CPU, memory, pod slots or other resources
    POD_RULES = "PodRulesUnsatisfied"      # (anti-)affinity between pods or hard spread
    NOT_SURVIVING = "MustSurviveUnmet"     # no rack survives what mustSurvive names
    NOT_ALLOWED = "NoSiteAllowed"          # residency, or that it is training, leaves it no site
    NO_ENVELOPE = "NoEnvelope"             # no site with an accepted envelope
    UNKNOWN_HARDWARE = "UnknownHardware"   # no profile knows the GPUs of the nodes that match
    UNKNOWN_DRAW = "UnknownDraw"           # it asks for devices by claim, or cannot be read: no figure for it
    NOT_TAKEN = "PlacesNotTaken"           # a pool had places, and no pods came to take them: it rests
    REFUSED = "DeploymentRefused"          # the API server refuses a pool's Deployment: it is tried later
    OTHER_GATES = "OtherGatesFirst"        # not planned yet: other people's scheduling gates come first
    BACKING_OFF = "BackingOff"             # a pod of its template failed where it was placed: later again
    NOT_BINDABLE = "NotBindable"           # it names us as its scheduler and needs more than a node


# How much would have to change before a pod fits, least first: which site speaks for all of them.
HOPE = (
    Reason.POWER,
    Reason.REDUNDANCY,
    Reason.COOLING,
    Reason.SHARE,
    Reason.POD_RULES,
    Reason.NO_FREE_GPUS,
    Reason.NODE_RESOURCES,
    Reason.NOT_SURVIVING,
    Reason.UNKNOWN_HARDWARE,
    Reason.NO_MATCHING_NODE,
    Reason.NOT_ALLOWED,
    Reason.NO_ENVELOPE,
    Reason.UNKNOWN_DRAW,
)
_ROWS = frozenset(HOPE[:4])


@dataclass(frozen=True, slots=True)
class SiteReason:
    """Why one site has no place. `shortfall` is set when a row is what is short."""

    site: str
    reason: Reason
    sentence: str
    shortfall: Shortfall | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A place: this waiter on this node, charging `load` (what it adds to the node's draw).

    `held`: the place was a hold, so its load is counted in the snapshot already.
    """

    waiter: Waiter
    node: str
    site: str
    rack: str
    profile: str
    load: Load
    generation: int
    held: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """No place: the main reason, its sentence, and the reason at each site tried, best first."""

    waiter: Waiter
    reason: Reason
    sentence: str
    sites: tuple[SiteReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One cycle's decisions: grants in the order to execute, refusals in waiting order.

    `released`: waiters whose hold could not be used (its node is gone, admits them no longer, or loads
    a row that is over its limit). Each is granted another place or refused; its hold may go.
    """

    grants: tuple[Grant, ...]
    refusals: tuple[Refusal, ...]
    released: tuple[Waiter, ...] = ()


def refuse(waiter: Waiter, sites: tuple[SiteReason, ...]) -> Refusal:
    """A refusal whose main reason is that of the least hopeless site: of short rows the least short one."""
    main = min(sites, key=_distance)
    sentence = f"{main.site}: {main.sentence}" if main.site else main.sentence
    return Refusal(waiter, main.reason, sentence, sites)


def _distance(reason: SiteReason) -> tuple[int, int]:
    if reason.reason in _ROWS:
        return 0, reason.shortfall.short if reason.shortfall else 0
    return HOPE.index(reason.reason), 0

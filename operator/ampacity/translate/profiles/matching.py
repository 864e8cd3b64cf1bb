"""Which profile a node's accelerators have, from the labels that feature discovery puts on it.

One product has many spellings, and the product alone does not tell an HGX
board in one maker's server from another's, or air from liquid. So a profile
may also name machines. Where the machine is unknown, what the rack is said to
hold decides; where that is silent too, the largest known server with that GPU
is assumed, with a note: what is in doubt counts at its maximum. Anybody who may
label a node may write any number of GPUs there, so it is believed within bounds.
A deleted profile counts only where no other one fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ampacity.translate.profiles.profile import node_figures, normal_label
from ampacity.translate.records import Profile

PRODUCT_LABELS = (
    "nvidia.com/gpu.product",
    "amd.com/gpu.product-name",
    "beta.amd.com/gpu.product-name",
    "cloud.google.com/gke-accelerator",
    "k8s.amazonaws.com/accelerator",
)
MACHINE_LABELS = ("nvidia.com/gpu.machine", "node.kubernetes.io/instance-type")
COUNT_LABEL = "nvidia.com/gpu.count"
_SLICED = re.compile(r"-mig-[^/]*$")
_PARTIAL = re.compile(r"/mig-|\.shared$")
_SHARED = "-shared"
_MOST_GPUS = 256


@dataclass(frozen=True, slots=True)
class Match:
    """The profile of a node, its physical GPUs, and ("" if sure) why another might be meant.

    `others`: the other servers it might be. They draw no more, but may put more
    of it into a coolant loop.
    """

    profile: Profile
    gpus: int
    note: str = ""
    others: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a node shows: product and machine names in normal form, and its physical GPUs if known.

    `least`: GPUs that it has at least where `physical` is not known. `doubt`: what it says
    that is not believed.
    """

    products: tuple[str, ...]
    machines: tuple[str, ...]
    physical: int | None
    least: int = 0
    doubt: str = ""

    def gpus(self, profile: Profile) -> int:
        """Physical GPUs if the node is of this profile."""
        return self.physical or max(self.least, profile.gpus)

    def product_of(self, profile: Profile) -> bool:
        """A node that shows no product can be told by its machine, or by its resource name alone."""
        if self.products:
            return _any_match(self.products, profile.products)
        return self.machine_of(profile) or "*" in profile.products

    def machine_of(self, profile: Profile) -> bool:
        return _any_match(self.machines, profile.machines)


class Matcher:
    """Matches nodes to a fixed set of profiles; answers for equal labels are remembered."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._profiles = tuple(sorted(profiles, key=lambda profile: profile.name))
        extra = {label for profile in self._profiles for label in profile.match_labels}
        self._labels = (*PRODUCT_LABELS, *MACHINE_LABELS, COUNT_LABEL, *sorted(extra))
        self._accelerators: dict[str, bool] = {}
        self._known: dict[object, Match | None] = {}

    def accelerators(self, extended: Mapping[str, int]) -> int:
        """Countable accelerator units that a node offers under any profile's resource names."""
        return sum(count for name, count in extended.items() if self._is_known(name))

    def match(
        self, labels: Mapping[str, str], extended: Mapping[str, int], listed: Sequence[str] = ()
    ) -> Match | None:
        """The node's profile; None if it shows no accelerator, or one that no profile knows.

        `extended`: its countable resources (capacity, or allocatable if that is all
        there is). `listed`: profiles that its rack is said to hold.
        """
        offered = tuple(sorted(item for item in extended.items() if item[1] > 0 and self._is_known(item[0])))
        key = (tuple(labels.get(label) for label in self._labels), offered, tuple(listed))
        if key not in self._known:
            self._known[key] = self._match(labels, dict(offered), listed)
        return self._known[key]

    def _match(
        self, labels: Mapping[str, str], offered: Mapping[str, int], listed: Sequence[str]
    ) -> Match | None:
        seen = _seen(labels, offered)
        candidates = [
            profile
            for profile in self._profiles
            if any(self._names(name, [profile]) for name in offered)
            and all(labels.get(label) == value for label, value in profile.match_labels.items())
            and seen.product_of(profile)
        ]
        living = [profile for profile in candidates if not profile.deleted]
        return _chosen(living or candidates, seen, listed) if candidates else None

    def _is_known(self, resource: str) -> bool:
        """Whether a resource is an accelerator: hugepages and network cards are not."""
        if resource not in self._accelerators:
            self._accelerators[resource] = self._names(resource, self._profiles)
        return self._accelerators[resource]

    @staticmethod
    def _names(resource: str, profiles: Iterable[Profile]) -> bool:
        return any(fnmatchcase(resource, pattern) for profile in profiles for pattern in profile.resources)


def _any_match(names: Iterable[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _seen(labels: Mapping[str, str], offered: Mapping[str, int]) -> _Seen:
    raw = [normal_label(labels[label]) for label in PRODUCT_LABELS if labels.get(label)]
    products = tuple(_SLICED.sub("", product.removesuffix(_SHARED)) for product in raw)
    machines = tuple(normal_label(labels[label]) for label in MACHINE_LABELS if labels.get(label))
    return _Seen(products, machines, *_physical(raw, labels.get(COUNT_LABEL, ""), offered))


def _physical(products: Sequence[str], count: str, offered: Mapping[str, int]) -> tuple[int | None, int, str]:
    """Physical GPUs as labelled, else as offered; None where what is offered are parts of GPUs.

    With MIG in single mode even the label counts slices. A label that says more than the
    node has to offer, and more GPUs than any server has, are not believed: then None,
    the GPUs that are there at least, and why.
    """
    if any(_SLICED.search(product) for product in products):
        return None, 0, ""
    shared = any(product.endswith(_SHARED) for product in products)
    whole = 0 if shared else sum(n for name, n in offered.items() if not _PARTIAL.search(name))
    labelled = int(count[:10]) if count.isascii() and count.isdecimal() else 0
    if 0 < labelled <= min(_MOST_GPUS, sum(offered.values())):
        return labelled, 0, ""
    least = whole if whole <= _MOST_GPUS else 0
    if labelled:
        return None, least, _disbelief(f"label {COUNT_LABEL} says {count} GPUs", offered)
    if whole != least:
        return None, 0, _disbelief("no count is labelled", offered)
    return whole or None, 0, ""


def _disbelief(said: str, offered: Mapping[str, int]) -> str:
    has = ", ".join(f"{number} {name}" for name, number in sorted(offered.items()))
    return f"{said}, and the node has {has}: not believed, the GPUs of its profile count"


def _chosen(candidates: Sequence[Profile], seen: _Seen, listed: Sequence[str]) -> Match:
    """The surest of the candidates: by machine, then by what the rack lists, then by GPU count."""
    left = [profile for profile in candidates if seen.machine_of(profile)]
    if not left and seen.machines:
        left = [profile for profile in candidates if not profile.machines]
    left = left or list(candidates)
    left = [profile for profile in left if profile.name in listed] or left
    left = [profile for profile in left if profile.gpus == seen.physical] or left
    worst = max(left, key=lambda profile: node_figures(profile, seen.gpus(profile)).maximum)
    gpus = seen.gpus(worst)
    said = [seen.doubt] if seen.doubt else []
    doubts = [*said, *_other_servers(left, worst, seen, listed), *_other_count(worst, gpus)]
    others = tuple(profile for profile in left if profile is not worst)
    return Match(worst, gpus, "; ".join(doubts), others)


def _other_servers(
    left: Sequence[Profile], worst: Profile, seen: _Seen, listed: Sequence[str]
) -> Iterator[str]:
    """Why another server might be meant, if one might."""
    certain = not worst.machines or seen.machine_of(worst) or worst.name in listed
    if len(left) == 1 and certain:
        return
    product = seen.products[0] if seen.products else "its accelerator"
    machine = f"machine '{seen.machines[0]}' is in no profile" if seen.machines else "no machine is labelled"
    known = ", ".join(profile.name for profile in left)
    yield (
        f"{product}: {machine}, so the largest known server counts, {worst.name} (of {known});"
        " add the machine to a profile, or list the rack's nodes in the envelope"
    )


def _other_count(profile: Profile, gpus: int) -> Iterator[str]:
    if gpus < profile.gpus:
        yield f"it has {gpus} GPUs and its profile {profile.name} {profile.gpus}: a whole such server counts"
    elif gpus > profile.gpus:
        yield f"it has {gpus} GPUs and its profile {profile.name} {profile.gpus}: several such servers count"

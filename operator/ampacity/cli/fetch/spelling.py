"""Names in documents that nobody knows: profiles that racks list, and kinds; with what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence

from ampacity import names
from ampacity.apis import SitePowerEnvelope, read
from ampacity.cli.fetch.documents import Document, Fault
from ampacity.core.site import Problem

_KIND_CUTOFF = 0.85
_OWN = ("SitePowerEnvelope", "AcceleratorProfile", "ModelProfile", "GPUInferencePool")


def unknown_profiles(documents: Sequence[Document], profiles: Collection[str]) -> Iterator[Fault]:
    """Racks of these envelopes that list a profile which neither the catalogue nor the input has."""
    for document in documents:
        envelope, _ = read(SitePowerEnvelope, document.object)
        for number, rack in enumerate(envelope.spec.racks or () if envelope else ()):
            for entry in rack.nodes or ():
                if entry.profile not in profiles:
                    path = f"spec.racks[{number}].nodes"
                    yield Fault(document.where, _unknown(path, entry.profile, profiles))


def _unknown(path: str, profile: str, profiles: Collection[str]) -> Problem:
    close = _close(profile, profiles, 0.6)
    remedy = f"did you mean {close}?" if close else "add an AcceleratorProfile of that name to the input"
    return Problem(path, f"no profile is called {profile}", remedy)


def misspelt_kind(document: Document, kinds: Collection[str]) -> Fault | None:
    """A kind that is almost one of `kinds`, or that claims to be ours and is none of them."""
    close = _close(document.kind, kinds, _KIND_CUTOFF)
    ours = str(document.object.get("apiVersion") or "").startswith(f"{names.GROUP}/")
    if not close and not ours:
        return None
    remedy = f"did you mean {close}?" if close else f"Ampacity's kinds are {', '.join(_OWN)}"
    return Fault(document.where, Problem("kind", f"nobody knows {document.kind}", remedy))



def _close(name: str, known: Collection[str], cutoff: float) -> str:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=cutoff)), "")

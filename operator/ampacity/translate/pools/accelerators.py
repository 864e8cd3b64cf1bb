"""Accelerator names of a pool that nothing here goes by: a slip of the pen must not move what runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ampacity.core.site import Problem
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import Profile

_PATH = "spec.accelerators"


def unknown_accelerators(wanted: Iterable[str], profiles: Sequence[Profile]) -> tuple[Problem, ...]:
    """A problem for each name that is neither a profile in force nor a family of some."""
    _, unknown = expand_accelerators(tuple(wanted), profiles)
    known = sorted({profile.name for profile in profiles} | {p.family for p in profiles if p.family})
    return tuple(_problem(name, known) for name in dict.fromkeys(unknown))


def _problem(name: str, known: Sequence[str]) -> Problem:
    """Says which name may have been meant, if one is close."""
    close = get_close_matches(name, known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return Problem(
        _PATH,
        f"no AcceleratorProfile in force is called {name} or has it as its family{meant}",
        "correct the name, or apply the profile first; until then what runs stays as it is",
    )

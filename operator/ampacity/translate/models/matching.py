"""Which fits of a model stand on which accelerator profiles in force.

A replica is one pod, so its GPUs are those of one node: a fit stands on a
profile only if servers of that profile have enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from ampacity.translate.models.records import Fit, Model
from ampacity.translate.records import Profile


def fits_on(model: Model, profile: Profile) -> tuple[Fit, ...]:
    """The model's fits on servers of this profile, fewest GPUs first; of equal size, those that name it."""
    found = [fit for fit in model.fits if _meant(fit, profile) and fit.gpus <= profile.gpus]
    by_size: dict[int, Fit] = {}
    for fit in found:
        if fit.gpus not in by_size or fit.accelerator == profile.name:
            by_size[fit.gpus] = fit
    return tuple(by_size[gpus] for gpus in sorted(by_size))


def fits_by_name(
    model: Model, names: Iterable[str], gpus: int | None, profiles: Sequence[Profile]
) -> dict[str, Fit | None]:
    """For each accelerator named, the fit with `gpus` GPUs, else the one with fewest; None where none is."""
    chosen: dict[str, Fit | None] = {}
    for name in names:
        meant = [profile for profile in profiles if name in (profile.name, profile.family)]
        fits = [fit for profile in meant for fit in fits_on(model, profile)]
        sized = [fit for fit in fits if gpus in (None, fit.gpus)]
        chosen[name] = min(sized, key=lambda fit: fit.gpus, default=None)
    return chosen


def usable(model: Model, profiles: Iterable[Profile]) -> tuple[Fit, ...]:
    """The model's fits that stand on some profile in force."""
    every = tuple(profiles)
    return tuple(fit for fit in model.fits if _homes(fit, every))


def unusable(model: Model, profiles: Sequence[Profile]) -> Iterator[str]:
    """A sentence for each accelerator that is not there, or whose servers are too small."""
    known = sorted({profile.name for profile in profiles} | {p.family for p in profiles if p.family})
    for name in dict.fromkeys(fit.accelerator for fit in model.fits if not _homes(fit, profiles)):
        meant = [profile for profile in profiles if name in (profile.name, profile.family)]
        yield _too_small(model, name, meant) if meant else _unknown(name, known)


def _unknown(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    asked = f"did you mean {close[0]}?" if close else "apply its profile to use these fits"
    return f"no AcceleratorProfile in force is called {name} or has it as its family; {asked}"


def _too_small(model: Model, name: str, meant: Sequence[Profile]) -> str:
    most = max(profile.gpus for profile in meant)
    asked = min(fit.gpus for fit in model.fits if fit.accelerator == name and fit.gpus > most)
    return f"a replica on {asked} x {name} does not fit a server, which has {most}; state a smaller fit"


def _homes(fit: Fit, profiles: Iterable[Profile]) -> list[Profile]:
    return [profile for profile in profiles if _meant(fit, profile) and fit.gpus <= profile.gpus]


def _meant(fit: Fit, profile: Profile) -> bool:
    return fit.accelerator in (profile.name, profile.family)

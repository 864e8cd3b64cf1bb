"""What `ampacity uninstall` would do, and what is left to people, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ampacity import names
from ampacity.cli.removal.survey import Survey
from ampacity.cli.removal.templates import gates
from ampacity.cli.removal.workloads import Way, remedy
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, table, wrapped

_HEADS = ("what", "count", "what is done")
_OTHER_KINDS = (
    "Objects of other kinds that make pods (JobSet, RayCluster, InferenceService and so on) are not looked"
    f" at: search your manifests for {names.GATE}."
)


def draw_plan(found: Survey, style: Style, *, templates: bool, crds: bool) -> str:
    """What would be done, as a table; then what would be left."""
    rows = [row for row in _rows(found, templates=templates, crds=crds) if row[1] != "0"]
    done = table(_HEADS, rows, style, right=(1,)) if rows else "There is nothing to take back."
    return "\n\n".join(part for part in (done, draw_left(found, style, templates=templates)) if part)


def _rows(found: Survey, *, templates: bool, crds: bool) -> Iterator[tuple[str, str, str]]:
    ready = sum((one.get("status") or {}).get("readyReplicas", 0) for one in found.pools)
    free = [one for one in found.others if templates and one.way in (Way.ROLLOUT_HELD, Way.EDIT)]
    kept = len(found.others) - len(free)
    only_scheduled = [pod for pod in found.scheduled if names.GATE not in gates(pod["spec"])]
    yield "Deployments of pools", f"{len(found.pools):,}", (
        f"taken from their pools, templates freed; no restart: {counted(ready, 'pod')} run on"
    )
    yield "Services, routes of pools", f"{len(found.reached):,}", "taken from their pools, as they are"
    yield "templates of yours, freed", f"{len(free):,}", "gate taken out; no restart"
    yield "templates of yours, left", f"{kept:,}", "listed below"
    yield "pods that wait with the gate", f"{len(found.gated):,}", "gate taken off, and no other"
    yield "pods that wait for our scheduler", f"{len(only_scheduled):,}", (
        "deleted where their controller makes them anew"
    )
    yield "ledger and Lease", f"{len(found.holds) + len(found.leases):,}", "deleted"
    yield "objects of our kinds", f"{sum(found.objects.values()):,}", "deleted" if crds else "kept"
    yield "accepted generations", f"{len(found.records):,}", "deleted" if crds else "kept"
    yield "CRDs", f"{len(found.crds):,}", "deleted" if crds else "kept (--crds deletes them)"
    yield "admission policies, bindings", f"{len(found.policies):,}", "deleted" if crds else "kept"


def draw_left(found: Survey, style: Style, *, templates: bool = False) -> str:
    """What people have to do themselves: a command or a sentence for each template."""
    done = (Way.ROLLOUT_HELD, Way.EDIT) if templates else ()
    left = [one for one in found.others if one.way not in done]
    if not left:
        return ""
    lines = [style.paint("New pods of these will wait for ever:", "bold")]
    for one in left:
        lines += [f"  {one.full_name}", f"    {remedy(one)}"]
    if any(one.way in (Way.ROLLOUT_HELD, Way.EDIT) for one in left):
        lines.append("With --templates those are freed that can be freed without a restart.")
    return "\n".join([*lines, wrapped(_OTHER_KINDS, style, 0)])

"""What happens at the API server and around it: requests arrive, pods come, change and go."""

from __future__ import annotations

from dataclasses import replace

from tests.properties.ledger.instance import Instance, who
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.world import Mark, Pod, Request, Steps, World

UNANNOUNCED = "a grant took effect that the written ledger did not announce"
TWICE = "a pod was granted twice"
STRANGER = "a grant took effect on another pod than it was made for"


def steps(instance: Instance, world: World) -> Steps:
    """Everything that may happen next without any process."""
    for request in sorted(world.late, key=lambda request: (request.uid, request.version, request.node)):
        yield _arrives_late(instance, world, request)
    for number, pod in enumerate(world.pods):
        yield from _lives(instance, world, number, pod)
    if not instance.follows(Rule.QUORUM) and world.lagging != world.pods:
        yield "the replica that lags behind catches up", replace(world, lagging=world.pods)
    if instance.follows(Rule.GUARD):
        for number in range(instance.processes):
            if number != world.lease:
                yield f"the lease goes to {who(number)}", replace(world, lease=number)


def arrive(instance: Instance, world: World, request: Request) -> tuple[World, bool]:
    """The world after a grant's request has reached the API server, and whether it took effect."""
    pod = world.pods[request.pod]
    if pod is None or not lands(instance, pod, request):
        return world, False
    key = (pod.uid, str(request.version), request.node)
    faults = world.faults
    if key not in {(entry.uid, entry.resource_version, entry.node) for entry in world.stored.fence}:
        faults |= {UNANNOUNCED}
    if pod.node:
        faults |= {TWICE}
    if pod.uid != request.uid:
        faults |= {STRANGER}
    granted = replace(pod, version=pod.version + 1, node=request.node)
    return replace(with_pod(world, request.pod, granted), faults=faults), True


def lands(instance: Instance, pod: Pod, request: Request) -> bool:
    """Whether the API server lets this request change this pod."""
    if pod.uid != request.uid and instance.follows(Rule.UID):
        return False
    if pod.node and instance.follows(Rule.WAITING):
        return False
    same = (pod.uid, pod.version) == (request.uid, request.version)
    return same or not instance.follows(Rule.VERSION) or not instance.follows(Rule.NO_RETRY)


def touch(world: World, number: int, mark: Mark) -> World:
    """A condition is written into a pod. One that says what it said before changes nothing."""
    pod = world.pods[number]
    if pod is None or pod.mark == mark:
        return world
    return with_pod(world, number, replace(pod, version=pod.version + 1, mark=mark))


def with_pod(world: World, number: int, pod: Pod | None) -> World:
    """The world with this pod under this name."""
    return replace(world, pods=(*world.pods[:number], pod, *world.pods[number + 1 :]))


def created(instance: Instance, world: World, number: int) -> World:
    """A pod of this name is created, with a UID that never was before."""
    nth = world.born[number] + 1
    born = (*world.born[:number], nth, *world.born[number + 1 :])
    return replace(with_pod(world, number, Pod(f"{instance.specs[number].name}#{nth}")), born=born)


def _arrives_late(instance: Instance, world: World, request: Request) -> tuple[str, World]:
    name = instance.specs[request.pod].name
    after, granted = arrive(instance, replace(world, late=world.late - {request}), request)
    how = f"takes effect on {request.node}" if granted else "is refused"
    return f"a late grant of {name} arrives and {how}", after


def _lives(instance: Instance, world: World, number: int, pod: Pod | None) -> Steps:
    name = instance.specs[number].name
    if pod is None:
        if instance.births:
            yield f"{name} is created", created(instance, world, number)
        return
    if instance.births:
        yield f"{name} is gone", with_pod(world, number, None)
    if instance.changes:
        changed = replace(pod, version=pod.version + 1)
        yield f"somebody changes {name}", with_pod(world, number, changed)

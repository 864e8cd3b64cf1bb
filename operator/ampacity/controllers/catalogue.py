"""The catalogue of accelerator and model profiles, applied when this process begins to lead.

Server-side apply under a manager of its own and without force: what people
have changed in a profile of the catalogue is theirs, and stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ampacity import names
from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client, Patch
from ampacity.cluster.errors import AccessError, ApiError, NotAllowed

log = logging.getLogger(__name__)

_PLURALS = {"AcceleratorProfile": "acceleratorprofiles", "ModelProfile": "modelprofiles"}
_MANAGER = {"fieldManager": "ampacity-catalogue"}
_CONFLICT = 409
_FOR_GOOD = (_CONFLICT, 400, 422)
"""Refusals that are about the profile itself."""


def read_catalogue(path: Path) -> tuple[dict[str, Any], ...]:
    """Profiles in a YAML file, or in all files of a folder; a document may be a list.

    Raises OSError, and ValueError on what is no YAML.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return tuple(profile for file in files for profile in _profiles(file))


def _profiles(file: Path) -> Iterator[dict[str, Any]]:
    try:
        documents = list(yaml.safe_load_all(file.read_text()))
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: {error}") from error
    for document in documents:
        for profile in document if isinstance(document, list) else [document]:
            if profile is not None:
                yield profile


async def apply_catalogue(
    client: Client, profiles: tuple[dict[str, Any], ...], may_write: Callable[[], bool]
) -> None:
    """Apply each profile; where that fails, again and again until it succeeds or is refused for good."""
    left, backoff = profiles, Backoff(first=1.0, longest=30.0)
    while left:
        left = tuple([profile for profile in left if not await _settled(client, profile, may_write)])
        if left:
            await asyncio.sleep(backoff.next())


async def _settled(client: Client, profile: dict[str, Any], may_write: Callable[[], bool]) -> bool:
    """Whether nothing is to be gained by applying this profile again."""
    name, plural = profile["metadata"]["name"], _PLURALS.get(profile.get("kind", ""))
    if plural is None:
        log.warning("catalogue: %s is no kind of profile; %s is not applied", profile.get("kind"), name)
        return True
    path = f"/apis/{names.GROUP}/{names.VERSION}/{plural}/{name}"
    try:
        await client.patch(path, profile, kind=Patch.APPLY, params=_MANAGER, guard=may_write)
    except (ApiError, AccessError) as error:
        status = error.status if isinstance(error, ApiError) else 0
        if status == _CONFLICT:
            log.info("catalogue profile %s was changed by people and stays as it is", name)
        elif not isinstance(error, NotAllowed):
            log.warning("catalogue profile %s not applied: %s", name, error)
        return status in _FOR_GOOD
    return True

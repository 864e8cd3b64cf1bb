"""What the objects that a pool is reached by are called. Services have the strictest rules; all obey them."""

from __future__ import annotations

import hashlib
import re

MAX_NAME = 63 - len("-epp")
"""What a Service may have, less what the name of an endpoint picker's adds."""

_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def pool_service(pool: str) -> str:
    """The Service of all sites."""
    return _fitting(pool, (pool,))


def site_object(pool: str, site: str) -> str:
    """The Service and the InferencePool of one site: `<pool>-<site>`, as its Deployment."""
    return _joined(pool, site)


def route(pool: str, gateway: str, namespace: str = "", section: str = "") -> str:
    """The HTTPRoute of one entry gateway: `<pool>-<gateway>`, with a hash where more was said."""
    if namespace or section:
        return _hashed(f"{pool}-{gateway}", (pool, gateway, namespace, section))
    return _joined(pool, gateway)


def _joined(pool: str, other: str) -> str:
    """With a hash where the last hyphen would not part the two."""
    if "-" in other:
        return _hashed(f"{pool}-{other}", (pool, other))
    return _fitting(f"{pool}-{other}", (pool, other))


def _fitting(text: str, parts: tuple[str, ...]) -> str:
    fits = len(text) <= MAX_NAME and _SERVICE.fullmatch(text) is not None
    return text if fits else _hashed(text, parts)


def _hashed(text: str, parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()[:8]
    plain = re.sub(r"[^-a-z0-9]", "-", text)
    plain = plain if plain[:1].isalpha() else f"p-{plain}"
    return f"{plain[: MAX_NAME - 9].rstrip('-')}-{digest}"

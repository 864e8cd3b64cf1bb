"""HTTP to Prometheus with an end to everything: time, size, redirects; and a token that is read anew.

The library sets no limits of its own, drops the warnings that come with partial data, and has only a status
code to say of a refusal. So each answer is looked at here before the library sees it.
"""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import requests
from requests.auth import AuthBase

MOST_BYTES = 4 * 2**20
_CHUNK = 65_536
_TOLD = 300


class NoAnswer(Exception):
    """Prometheus has answered, and the answer is none; the text says why."""


class TokenFile(AuthBase):
    """A bearer token in a file that somebody else rotates; read for each request. Raises NoAnswer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        try:
            token = self._path.read_text().strip()
        except OSError as error:
            raise NoAnswer(f"the token file {self._path} cannot be read: {error.strerror}") from error
        request.headers["Authorization"] = f"Bearer {token}"
        return request


def new_session(token_file: str, ca_file: str, seconds: float) -> requests.Session:
    """A session whose answers are whole, free of warnings, and here within `seconds` once they begin.

    The environment (proxies, .netrc) does not decide where the token goes.
    """

    def look(response: requests.Response, *_: Any, **__: Any) -> requests.Response:
        return _looked_at(response, time.monotonic() + seconds)

    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file or True
    session.auth = TokenFile(Path(token_file)) if token_file else None
    session.stream, session.headers["Accept-Encoding"] = True, "identity"
    session.hooks["response"].append(look)
    return session


def _looked_at(response: requests.Response, until: float) -> requests.Response:
    """The same answer, read to its end. Raises NoAnswer."""
    body = _body(response, until)
    answer = requests.Response()
    answer.status_code, answer.headers, answer.url = response.status_code, response.headers, response.url
    answer.request, answer.raw, answer.reason = response.request, io.BytesIO(body), response.reason
    _demand_whole(answer)
    return answer


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    with response:
        # Whatever has come, as it comes: to wait for whole chunks would be to wait for ever.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > MOST_BYTES:
                raise NoAnswer(f"the answer to the query is larger than {MOST_BYTES >> 20} MiB; aggregate it")
            if time.monotonic() > until:
                raise NoAnswer("Prometheus sends its answer too slowly")
    return bytes(body)


def _demand_whole(answer: requests.Response) -> None:
    said = _json(answer)
    if answer.is_redirect:
        raise NoAnswer("Prometheus redirects; write where that leads into settings.prometheusUrl")
    if answer.status_code in (401, 403):
        raise NoAnswer(f"Prometheus answers {answer.status_code}; check settings.prometheusTokenFile")
    if answer.status_code != 200:
        what = said.get("error") or answer.reason or "no reason given"
        raise NoAnswer(f"Prometheus answers {answer.status_code}: {str(what)[:_TOLD]}")
    if said.get("status") != "success" or "result" not in (said.get("data") or {}):
        raise NoAnswer("what answers is no Prometheus; check settings.prometheusUrl")
    if said.get("warnings"):
        raise NoAnswer(f"Prometheus answers with a warning: {str(said['warnings'][0])[:_TOLD]}")


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

"""One query to Prometheus, as a figure or as the reason why there is none."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from urllib3 import Retry
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ampacity.telemetry.answers import Answer, Missing, read_answer
from ampacity.telemetry.session import NoAnswer, new_session

_PHASE = 5.0
"""Seconds for each of three phases: connecting, until the answer begins, and the answer."""

_MOST_SERIES = 10_000
"""Series in one answer; Prometheus warns where it leaves some out, and so the answer is missing."""


class Prometheus:
    """Asks one Prometheus. Blocking, and safe to use from several threads."""

    def __init__(
        self,
        url: str,
        *,
        token_file: str = "",
        ca_file: str = "",
        phase: float = _PHASE,
        wall: Callable[[], float] = time.time,
    ) -> None:
        session = new_session(token_file, ca_file, phase)
        # A retry of its own would sleep in between; whoever asks asks again in any case.
        self._library = PrometheusConnect(url.rstrip("/"), session=session, retry=Retry(0, read=False))
        self._phase, self._wall = phase, wall

    def ask(self, query: str) -> Answer:
        """The figure, or why there is none. Takes three phases at most; raises nothing that is foreseen."""
        limits = {"timeout": f"{self._phase:g}s", "limit": str(_MOST_SERIES)}
        try:
            result = self._library.custom_query(query, limits, timeout=self._phase)
        except NoAnswer as error:
            return Missing(str(error))
        except (requests.Timeout, ReadTimeoutError):
            return Missing(f"Prometheus does not answer within {self._phase:g} s")
        except requests.ConnectionError:
            return Missing("Prometheus cannot be reached")
        except HTTPError:
            return Missing("Prometheus breaks off its answer")
        except (requests.RequestException, PrometheusApiClientException, OSError) as error:
            return Missing(f"Prometheus cannot be asked: {error}")
        return read_answer(result, self._wall())

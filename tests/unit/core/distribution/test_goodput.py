"""Replicas that requests take, and work that never promises too much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution.goodput import goodput, replicas_per_request
from tests.builders.distribution import demand, pool, variant


def test_one_request_a_second() -> None:
    """in / prefill + out / decode, over the utilisation target; cached input costs nothing."""
    asked = demand(input=2000, output=300)
    assert replicas_per_request(asked, variant(), 1.0) == pytest.approx(2000 / 1000 + 300 / 100)
    assert replicas_per_request(asked, variant(), 0.7) == pytest.approx(5 / 0.7)
    assert replicas_per_request(replace(asked, cached=0.5), variant(), 1.0) == pytest.approx(4)


def test_one_mix_of_tokens_is_exact() -> None:
    slow = variant("l40s", prefill=250, decode=50)
    asked = pool("p", demand("r1", 3, input=500), demand("r2", 1, input=500), variants=(variant(), slow))
    figures = goodput(asked)
    assert figures.rate[0] == 1.0
    for row, one in zip(figures.work, asked.demand, strict=True):
        for rate, each in zip(figures.rate, asked.variants, strict=True):
            assert row / rate == pytest.approx(replicas_per_request(one, each, 1.0))


def test_different_mixes_are_never_promised_too_much() -> None:
    """A variant good at prefill beside one good at decode; requests go to either."""
    pick = np.random.default_rng(1)
    for _ in range(100):
        kinds = tuple(
            [variant(name, prefill=pick.uniform(100, 9000), decode=pick.uniform(10, 900)) for name in "abc"]
        )
        asked = pool(
            "p",
            *[
                demand(region, pick.uniform(0.1, 9), input=pick.uniform(0, 4000), output=pick.uniform(1, 900))
                for region in ("r1", "r2", "r3")
            ],
            variants=kinds,
        )
        figures = goodput(asked)
        for row, one in zip(figures.work, asked.demand, strict=True):
            for rate, each in zip(figures.rate, kinds, strict=True):
                assert row / rate >= replicas_per_request(one, each, 1.0) * (1 - 1e-12)


def test_requests_that_take_no_work_are_served_by_anybody() -> None:
    """Every token of the prompt cached, none to write."""
    idle = demand("r1", 5, input=100, output=0, cached=1)
    figures = goodput(pool("p", idle, variants=(variant("a"), variant("b"))))
    assert figures.work.tolist() == [0]
    assert figures.rate.tolist() == [1, 1]

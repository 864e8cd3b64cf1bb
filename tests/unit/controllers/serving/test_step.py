"""A new leader, before its first decision: which routes stay as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ampacity.controllers.serving.step import Step
from ampacity.translate.serving.objects import ROUTE, Served


def route(**weights: int) -> dict[str, Any]:
    refs = [{"name": name, "weight": weight} for name, weight in weights.items()]
    return {"rules": [{"backendRefs": refs}]}


@pytest.mark.parametrize(
    ("there", "stands"),
    [
        pytest.param(route(milan=9, oslo=1), True, id="other weights"),
        pytest.param(route(milan=1), True, id="fewer sites: the others may be too far"),
        pytest.param(route(milan=1, rome=1), False, id="rome is not ready, or may not serve them"),
        pytest.param(route(milan=1, rome=0), True, id="nothing goes to rome"),
        pytest.param(None, True, id="none yet, and so nobody is sent anywhere"),
    ],
)
def test_a_route_stays_while_all_it_sends_to_may_serve(there: dict[str, Any] | None, stands: bool) -> None:
    known = {("ai", "chat"): SimpleNamespace(spec=there)} if there is not None else {}
    stock: Any = SimpleNamespace(of={ROUTE: known}.__getitem__)
    step = Step(stock, cast(Any, None), cast(Any, None), cast(Any, None))
    wanted = Served(ROUTE, "ai", "chat", ("u1", 1), {"spec": route(milan=1, oslo=1)})
    assert step._stands(wanted) is stands

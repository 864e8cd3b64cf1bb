"""How an envelope shows its shares."""

from __future__ import annotations

from ampacity.controllers.status.shares import exceeded, share_status
from ampacity.core.shares import ShareUse
from ampacity.core.site import Share
from ampacity.core.workload import Workload
from tests.builders.power import kw

KEPT = Share(Workload.TRAINING, kw(10))
MOST = Share(Workload.INFERENCE, 0, kw(5))


def test_each_class_with_what_is_left() -> None:
    shown = share_status([ShareUse(KEPT, kw(3), None, kw(7)), ShareUse(MOST, kw(6), kw(-1), None)])
    assert [one.to_dict() for one in shown] == [
        {"workload": "Training", "drawn": "3 kW", "othersHeadroom": "7 kW"},
        {"workload": "Inference", "drawn": "6 kW", "headroom": "-1 kW"},
    ]


def test_what_is_over_is_a_condition_while_it_is() -> None:
    assert exceeded([ShareUse(KEPT, 0, None, 0), ShareUse(MOST, kw(5), 0, None)], 2) == []
    (told,) = exceeded([ShareUse(KEPT, 0, None, kw(-2)), ShareUse(MOST, kw(6), kw(-1), None)], 2)
    assert (told.type, told.status, told.reason) == ("ShareExceeded", "True", "AboveShare")
    assert told.message.startswith(
        "of 10 kW kept for training others draw 2 kW; inference draws 6 kW, 1 kW over its 5 kW"
    )

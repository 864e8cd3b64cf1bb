"""What a scrape shows."""

from __future__ import annotations

from ampacity.controllers.metrics import ROWS_PER_SITE, Metrics
from ampacity.core.plan import Reason
from ampacity.core.rows import RowKind, RowStatus


def row(name: str = "ups", kind: RowKind = RowKind.DOMAIN, capacity: int = 50_000_000) -> RowStatus:
    return RowStatus(kind, name, "UPS", capacity, 20_000_000, 30_000_000, "feed-a")


def series(metrics: Metrics, prefix: str) -> list[str]:
    return [line for line in metrics.text().decode().splitlines() if line.startswith(prefix)]


def test_rows_are_in_watts() -> None:
    metrics = Metrics()
    metrics.rows.show({"par1": [row()]})
    labels = '{kind="Domain",name="ups",site="par1"}'
    assert series(metrics, "ampacity_row_capacity_watts{") == [f"ampacity_row_capacity_watts{labels} 50000.0"]
    assert series(metrics, "ampacity_row_headroom_watts{") == [f"ampacity_row_headroom_watts{labels} 20000.0"]


def test_a_site_that_went_leaves_no_series() -> None:
    metrics = Metrics()
    metrics.rows.show({"par1": [row()]})
    metrics.rows.show({})
    assert series(metrics, "ampacity_row_capacity_watts{") == []


def test_racks_have_no_series_and_large_sites_show_what_is_tight() -> None:
    metrics = Metrics()
    many = [row(f"d{i:04}", capacity=10**9 - i) for i in range(ROWS_PER_SITE + 50)]
    metrics.rows.show({"hall": [row("r1", RowKind.RACK), *many]})
    shown = series(metrics, "ampacity_row_headroom_watts{")
    assert len(shown) == ROWS_PER_SITE
    assert 'name="d0549"' in shown[0] and not any("r1" in line for line in shown)


def test_every_reason_has_a_series() -> None:
    metrics = Metrics()
    metrics.show_waiting({Reason.POWER: 7})
    shown = series(metrics, "ampacity_waiting{")
    assert len(shown) == len(Reason)
    assert 'ampacity_waiting{reason="InsufficientPower"} 7.0' in shown


def test_steps_and_errors_are_counted() -> None:
    metrics = Metrics()
    with metrics.step("plan"):
        pass
    metrics.count_error("patch", "409")
    assert series(metrics, "ampacity_step_seconds_count") == ['ampacity_step_seconds_count{step="plan"} 1.0']
    errors = series(metrics, "ampacity_api_errors_total")
    assert errors == ['ampacity_api_errors_total{code="409",verb="patch"} 1.0']


def test_demand_of_a_pool_that_went_leaves_no_series() -> None:
    metrics = Metrics()
    metrics.show_demand([("ai", "chat", {"asked": 20.0, "served": 15.0})])
    assert series(metrics, "ampacity_demand_requests{") == [
        'ampacity_demand_requests{namespace="ai",part="asked",pool="chat"} 20.0',
        'ampacity_demand_requests{namespace="ai",part="served",pool="chat"} 15.0',
    ]
    metrics.show_demand([])
    assert series(metrics, "ampacity_demand_requests{") == []

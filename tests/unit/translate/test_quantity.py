import pytest

from ampacity.core.units import QuantityError
from ampacity.translate.quantity import MOST, asked, offered


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        ("2", 1000, 2000),
        ("1500m", 1000, 1500),
        ("0.5", 1000, 500),
        ("16Gi", 1, 16 * 2**30),
        ("1k", 1, 1000),
        ("1e3", 1, 1000),
        ("1P", 1, 10**15),
        (8, 1, 8),
    ],
)
def test_reads_what_kubernetes_writes(text: str | int, scale: int, value: int) -> None:
    assert asked(text, scale) == value == offered(text, scale)


@pytest.mark.parametrize("text", ["10P", "8Ei", "9223372036854775807", "1e999"])
def test_amounts_are_bounded_so_that_the_largest_request_fits_nowhere(text: str) -> None:
    assert asked(text, 1000) == MOST > offered(text, 1000) > 0


def test_there_is_no_negative_amount() -> None:
    assert asked("-1") == offered("-1") == 0


def test_rounds_against_the_pod() -> None:
    assert asked("1m") == 1
    assert offered("1999m") == 1


@pytest.mark.parametrize("text", ["", "1 Gi", "Gi", "1GiB", "1..5", "0x10", "\uff11"])
def test_refuses_what_is_no_quantity(text: str) -> None:
    with pytest.raises(QuantityError):
        asked(text)

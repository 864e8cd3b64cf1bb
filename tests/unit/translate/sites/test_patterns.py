import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.translate.sites.patterns import PatternError, bindings, compress, count, fill, unroll, values


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1-3", ("1", "2", "3")),
        ("01-03", ("01", "02", "03")),
        ("08-11", ("08", "09", "10", "11")),
        ("8-11", ("8", "9", "10", "11")),
        ("a-c", ("a", "b", "c")),
        ("a,b", ("a", "b")),
        ("north,south", ("north", "south")),
        ("1-2,7", ("1", "2", "7")),
        ("5-5", ("5",)),
    ],
)
def test_values(text: str, meant: tuple[str, ...]) -> None:
    assert values(text) == meant


@pytest.mark.parametrize("text", ["3-1", "c-a", "a-C", "north-south", "1-b", "a,a", "1-3,2"])
def test_ranges_that_mean_nothing(text: str) -> None:
    with pytest.raises(PatternError):
        values(text)


def test_variables_tie_a_line_together() -> None:
    each = {"b": values("01-02"), "f": values("a,b")}
    filled = [(fill("ups-{b}-{f}", one), fill("grid-{f}", one)) for one in bindings("ups-{b}-{f}", each)]
    assert filled == [
        ("ups-01-a", "grid-a"),
        ("ups-01-b", "grid-b"),
        ("ups-02-a", "grid-a"),
        ("ups-02-b", "grid-b"),
    ]


def test_a_variable_used_twice_is_one() -> None:
    assert [fill("{b}-{b}", one) for one in bindings("{b}-{b}", {"b": ("1", "2")})] == ["1-1", "2-2"]


def test_variables_that_nobody_defines() -> None:
    with pytest.raises(PatternError, match=r"uses \{x\}, which spec.each does not define"):
        list(bindings("ups-{x}", {}))
    with pytest.raises(PatternError, match="which the name of this line does not have"):
        fill("grid-{f}", {"b": "1"})


def test_ranges_multiply() -> None:
    assert unroll("r[1-2]-[a,b]") == ("r1-a", "r1-b", "r2-a", "r2-b")
    assert unroll("plain") == ("plain",)


def test_no_pattern_grows_beyond_reason() -> None:
    for name in ("r[1-30000]", "r[001-200]-[001-200]", "r[1-999999999999]"):
        with pytest.raises(PatternError, match="20,000 names"):
            unroll(name)


def test_counting_makes_no_names() -> None:
    assert count("h{b}{r}-[01-25]", {"b": values("01-10"), "r": values("1-5")}) == 1250


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["r1", "r2", "r3"], "r[1-3]"),
        (["h011-25", "h011-24"], "h011-[24-25]"),
        (["r9", "r10", "r11"], "r9,r[10-11]"),
        (["r1", "r3"], "r1,r3"),
        (["a", "b"], "a,b"),
        ([], ""),
    ],
)
def test_compress(names: list[str], text: str) -> None:
    assert compress(names) == text


def test_compressed_names_are_cut_with_a_count() -> None:
    text = compress([f"rack-{letter}-{number}" for letter in "abcdefgh" for number in (1, 3, 5)], limit=60)
    assert len(text) <= 60 and text.endswith("and 20 more")


@given(st.sets(st.from_regex(r"[a-c]{1,2}-?[0-9]{1,2}", fullmatch=True), max_size=40))
def test_compressed_names_mean_the_same_names(names: set[str]) -> None:
    text = compress(names, limit=100_000)
    assert {name for part in _parts(text) for name in unroll(part)} == names


def _parts(text: str) -> list[str]:
    return text.split(",") if text else []


@given(
    st.integers(0, 500),
    st.integers(0, 30),
    st.sampled_from(["{:d}", "{:03d}"]),
    st.sampled_from(["", "x", "-row"]),
)
def test_a_range_has_every_number_once(first: int, more: int, width: str, tail: str) -> None:
    name = f"r[{width.format(first)}-{width.format(first + more)}]{tail}"
    assert unroll(name) == tuple(f"r{width.format(n)}{tail}" for n in range(first, first + more + 1))


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("r[1-3]", 3),
        ("[a-z][a-z][a-z]", 26**3),
        ("[1-9999]" * 9, 9999**9),
        ("[3-1]x[a,b]", 2),
        ("{b}-[01-10,20-25]", 5 * 16),
    ],
)
def test_names_are_counted_without_being_made(name: str, names: int) -> None:
    assert count(name, {"b": values("1-5")}) == names


@pytest.mark.parametrize("text", ["1-20001", ",".join(["1-9999"] * 3), "1-99999999999999999999"])
def test_more_values_than_anyone_means_are_refused_before_they_are_made(text: str) -> None:
    with pytest.raises(PatternError, match=r"stands for more than 20,000 names"):
        values(text)

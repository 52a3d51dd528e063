"""What is certain of the order of partial dates, against every date that they allow."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.dates import first_day_from, last_day_until, middle_day
from sdtm.dates.order import earliest_of, latest_of, spans, surely_before, surely_not_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS = [date(2019, 1, 1) + timedelta(days=n) for n in range(3 * 366)]
PARTS = (("2019", "2020", "2021", "-"), ("01", "02", "11", "-"), ("01", "28", "29", "31", "-"))


def _text(year: str, month: str, day: str) -> str:
    text = f"{year}-{month}-{day}"
    while text.endswith("--"):
        text = text[:-2]
    return text


def _exists(text: str) -> bool:
    return text != "-" and bool(_completions(text))


@cache
def _completions(text: str) -> list[date]:
    """Every day from 2019 through 2021 that agrees with the known parts, by brute force."""
    year, month, day = [*_split(text), "-", "-"][:3]
    return [
        d
        for d in DAYS
        if year in ("-", f"{d.year}")
        and month in ("-", f"{d.month:02}")
        and day in ("-", f"{d.day:02}")
    ]


def _split(text: str) -> list[str]:
    """The parts of a text, an unknown one as a hyphen."""
    parts: list[str] = []
    while text:
        part = "-" if text[0] == "-" else text.split("-")[0]
        parts.append(part)
        text = text[len(part) :].removeprefix("-")
    return parts


TEXTS = sorted({t for p in product(*PARTS) if _exists(t := _text(*p))})
partials = st.sampled_from(TEXTS)
CLOCKS = ("", "T08", "T08:30", "T-:45", "T08:30:15")
TIMED = [
    f"{day}{'-' if clock and len(day) == 7 else ''}{clock}{offset if clock else ''}"
    for day in ("2020-01-10", "2020-01-11", "2020-01")
    for clock in CLOCKS
    for offset in ("Z", "+02:00", "-11:00")
]


def order(texts: list[str]) -> NDArray[np.bool_]:
    """In row a and column b whether a is surely before b."""
    one, other = (pd.Series(side) for side in zip(*product(texts, texts), strict=True))
    return surely_before(spans(one), spans(other)).to_numpy().reshape(len(texts), len(texts))


def test_what_is_surely_before_is_so_however_the_dates_are_completed() -> None:
    """A year that is not known may be any, not only the three that are tried here."""
    always = np.array(
        [
            [
                max(_completions(a)) < min(_completions(b)) and "-" not in (a[0], b[0])
                for b in TEXTS
            ]
            for a in TEXTS
        ]
    )  # fmt: skip
    assert order(TEXTS).tolist() == always.tolist()
    assert always.any()


@pytest.mark.parametrize("texts", [TEXTS, [t for t in TIMED if "T" in t]], ids=["days", "moments"])
def test_the_certain_order_is_one(texts: list[str]) -> None:
    """Nothing is before what is before it, and what is before the earlier is before the later."""
    made = order(texts)
    assert not (made & made.T).any()
    assert not ((made.astype(int) @ made.astype(int) > 0) & ~made).any()


def test_of_a_day_and_a_moment_one_at_most_is_before_the_other() -> None:
    made = order(TIMED)
    assert not (made & made.T).any()


@settings(max_examples=60)
@given(st.lists(partials, min_size=1, max_size=4))
def test_the_earliest_date_is_earliest_however_the_dates_are_completed(dates: list[str]) -> None:
    made = earliest_of(pd.Series(dates), pd.Series(["A"] * len(dates))).loc["A"]
    if pd.isna(made["rival"]):
        allowed = set(_completions(made["dtc"]))
        for days in product(
            *(_completions(d)[:: max(1, len(_completions(d)) // 7)] for d in dates)
        ):
            assert min(days) in allowed or any(d.startswith("-") for d in dates)
    elif pd.notna(made["dtc"]):
        assert made["dtc"] == min(d for d in dates if len(d) == 10 and "--" not in d)


@pytest.mark.parametrize(
    ("dates", "earliest", "latest"),
    [
        (["2020---15", "2020-01-10"], "2020-01-10", "2020---15"),
        (["2020-06-30", "2020-12"], "2020-06-30", "2020-12"),
        (["--12-15", "2020-01-10"], "2020-01-10 (--12-15)", "2020-01-10 (--12-15)"),
        (["2020-03", "2020-03-15"], "2020-03-15 (2020-03)", "2020-03-15 (2020-03)"),
        (["2020-03", "2020"], " (2020)", " (2020)"),
        (["2020-03"], "2020-03", "2020-03"),
        (["2020-03", "2020-03"], "2020-03", "2020-03"),
        (["2020-01-10", "2020-01-10T08:30"], "2020-01-10", "2020-01-10"),
        (["2020-01-10T-:45", "2020-01-10T08:30"], "2020-01-10", "2020-01-10"),
        (["2020-01-10T08:00+02:00", "2020-01-10T07:00Z"],
         "2020-01-10T08:00+02:00", "2020-01-10T07:00Z"),
        (["2020-01-11T00:30+02:00", "2020-01-10T23:00Z"],
         "2020-01-11T00:30+02:00", "2020-01-10T23:00Z"),
        (["2020-01-09", "2020-01-10T00:30+14:00"], "2020-01-09", "2020-01-10T00:30+14:00"),
        (["2020-02-29", "2020-02-28/2020-03-02"], "2020-02-29 (2020-02-28/2020-03-02)",
         "2020-02-29 (2020-02-28/2020-03-02)"),
        ([None, "2020-01-10"], "2020-01-10", "2020-01-10"),
        ([None], "", ""),
    ],
)  # fmt: skip
def test_the_earliest_and_latest_are_what_is_certain_else_a_full_date_with_its_rival(
    dates: list[str | None], earliest: str, latest: str
) -> None:
    text, group = pd.Series(dates, dtype="str"), pd.Series(["A"] * len(dates))
    for made, expected in ((earliest_of(text, group), earliest), (latest_of(text, group), latest)):
        dtc, rival = made.fillna("").loc["A"]
        assert (f"{dtc} ({rival})" if rival else dtc) == expected


def test_the_same_minute_is_not_before_itself_and_a_start_in_it_is_reached() -> None:
    moment = spans(pd.Series(["2020-01-10T08:30"]))
    assert not surely_before(moment, moment).item()
    assert not surely_not_after(moment, moment).item()


def test_the_day_nearest_to_a_limit_is_one_that_the_text_allows() -> None:
    pairs = list(product(TEXTS, DAYS[::13]))
    text = pd.Series([text for text, _ in pairs])
    limit = pd.Series([pd.Timestamp(day) for _, day in pairs])
    later, earlier = first_day_from(text, limit), last_day_until(text, limit)
    for (text_, day), after, before in zip(pairs, later, earlier, strict=True):
        known = [] if text_.startswith("-") else _completions(text_)
        expected = [d for d in known if d >= day][:1]
        assert [d.date() for d in (after,) if pd.notna(d)] == expected
        expected = [d for d in known if d <= day][-1:]
        assert [d.date() for d in (before,) if pd.notna(d)] == expected


def test_a_middle_day_keeps_what_is_known() -> None:
    texts = ["2020", "2020-02", "2020---28", "2020---31", "2020-02-29", "--03-05", None]
    days = middle_day(pd.Series([*texts, "2020-01-01/2020-01-10"], dtype="str"))
    assert days.dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "2020-06-30", "2020-02-15", "2020-06-28", "2020-07-31", "2020-02-29", "", "", "2020-01-05",
    ]  # fmt: skip

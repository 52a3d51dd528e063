from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.dates import DateStyle, combine_dtc, date_without_time, iso_dtc
from sdtm.dates.collected import read_date
from sdtm.dates.partial import DateTextError
from specs.errors import SpecError

UNKNOWN_ALONE = re.compile(r"(?:UNKNOWN|UNKN|UNK|UN|UK|NK|[-/.,:T\s])*", re.IGNORECASE)


def outcome(text: str, order: str = "none", options: str = "") -> str:
    """ISO text, "" for null without a problem, ERROR for null with one: as the contract writes."""
    row = iso_dtc(pd.Series([text], dtype="str"), DateStyle.from_options(order, options)).iloc[0]
    if isinstance(row["problem"], str):
        assert pd.isna(row["dtc"])
        return "ERROR"
    return row["dtc"] if isinstance(row["dtc"], str) else ""


def test_every_case_of_the_contract_is_met(root: Path) -> None:
    file = root / "tests" / "data" / "partial_dates.csv"
    cases = pd.read_csv(file, dtype="str", keep_default_na=False)
    got = [
        outcome(*case)
        for case in zip(cases["input"], cases["order"], cases["options"], strict=True)
    ]
    wrong = cases.assign(got=got).query("got != expected")
    assert wrong.empty, wrong[["id", "input", "order", "options", "expected", "got"]].to_string()
    assert len(cases) > 100


# Typed by hand from the rules, where the contract's cases are silent.
@pytest.mark.parametrize(
    ("text", "order", "options", "expected"),
    [
        ("Nov 12, 2020", "none", "", "2020-11-12"),
        ("12 sept 2020", "none", "", "2020-09-12"),
        ("\u00a012\tNOV  2020 ", "none", "", "2020-11-12"),
        ("12 D\u00c9C 2020", "none", "", "ERROR"),
        ("2019-5-6", "none", "", "2019-05-06"),
        ("20101511", "none", "", "ERROR"),
        ("20102010", "DMY", "", "ERROR"),
        ("05062019", "MDY", "", "2019-05-06"),
        ("05062019", "YMD", "", "ERROR"),
        ("12-11/2020", "DMY", "", "ERROR"),
        ("12 2020 11", "none", "", "ERROR"),
        ("2019 2020", "none", "", "ERROR"),
        ("NOV DEC 2020", "none", "", "ERROR"),
        ("NOV", "none", "", "ERROR"),
        ("NOV 20", "DMY", "century=1930-2029", "ERROR"),
        ("20NOV12", "YMD", "century=1930-2029", "2020-11-12"),
        ("20 12 NOV", "none", "century=1930-2029", "ERROR"),
        ("UN DEC 19", "none", "century=1930-2029", "2019-12"),
        ("UN-UNK-20", "none", "century=1930-2029", "2020"),
        ("UN UN 99", "MDY", "century=1930-2029", "1999"),
        ("UN-UNK-20", "none", "", "ERROR"),
        ("12NOV70", "none", "century=2000-2050", "ERROR"),
        ("3-Nov-2020 13:5:07", "none", "", "ERROR"),
        ("2019-5-6 7:05", "none", "", "2019-05-06T07:05"),
        ("1/2/3", "DMY", "century=1930-2029", "ERROR"),
        ("05/19", "MDY", "century=1930-2029", "ERROR"),
        ("25/12/19", "none", "century=1930-2029", "ERROR"),
        ("10/UNK/20", "YMD", "century=1930-2029", "2010---20"),
        ("20/UNK/UNK", "YMD", "century=1930-2029", "2020"),
        ("29 FEB UNKN", "none", "", "--02-29"),
        ("15 UNK UNKN", "none", "", "----15"),
        ("15/12/UNKN", "DMY", "", "--12-15"),
        ("29 FEB 1900", "none", "", "ERROR"),
        ("UN/25/2020", "none", "", "2020---25"),
        ("UN/11/2020", "none", "", "ERROR"),
        ("03 UN 2020", "none", "", "ERROR"),
        ("UN UN 2015", "YMD", "", "2015"),
        ("UN UNK UNKN", "none", "", ""),
        ("un/unk/unkn UN:UN", "none", "", ""),
        ("UNK 13:14", "none", "", "-----T13:14"),
        ("2020-11-UN 13:14", "none", "", "2020-11--T13:14"),
        ("2015-00-00", "none", "unknown=00", "2015"),
        ("9999-12-31", "none", "unknown=9999", "--12-31"),
        ("99992019", "none", "unknown=99", "2019"),
        ("2020-11-12", "none", "unknown=12", "2020-11"),
        ("2020-01-01 10:00", "none", "unknown=00", "2020-01-01T10"),
        ("xx dec 2019", "none", "unknown=XX,??", "2019-12"),
        ("?? dec 2019", "none", "unknown=XX,??", "2019-12"),
        ("nask", "none", "missing=NASK", ""),
        ("2098-12-31", "none", "missing=2098-12-31", ""),
        ("NASK 2020", "none", "missing=NASK", "ERROR"),
        ("20190305235601", "none", "", "2019-03-05T23:56:01"),
        ("050620192356", "DMY", "", "2019-06-05T23:56"),
        ("050620192356", "none", "", "ERROR"),
        ("2019-03-05 24:00", "none", "", "ERROR"),
        ("2019-03-05T23:59:60", "none", "", "ERROR"),
        ("2019-03-05:10:00", "none", "", "ERROR"),
        ("13:14", "none", "", "ERROR"),
        ("15DEC2003 0:30 AM", "none", "", "ERROR"),
        ("15DEC2003 UN:UN PM", "none", "", "ERROR"),
        ("15DEC2003 UN:UN+05:00", "none", "", "ERROR"),
        ("2003-12-15T13:14Z", "none", "", "2003-12-15T13:14Z"),
        ("2003-12-15T13:14+14:59", "none", "", "2003-12-15T13:14+14:59"),
        ("2003-12-15T13:14+15:00", "none", "", "ERROR"),
        ("2003-12-15T13:14+10:60", "none", "", "ERROR"),
        ("2003-12-15T13:14:17,5", "none", "", "2003-12-15T13:14:17.5"),
        ("2003-12--", "none", "", "ERROR"),
        ("-----", "none", "", "ERROR"),
        ("2003-12/2004-02", "none", "", "2003-12/2004-02"),
        ("2003-12-15/2003-12", "none", "", "2003-12-15/2003-12"),
        ("1066-12-01/2003-12-10", "none", "", "ERROR"),
        ("2003-12-01/2003-12-10/2003-12-11", "none", "", "ERROR"),
        ("1", "none", "serial=excel1900", "1900-01-01"),
        ("59", "none", "serial=excel1900", "1900-02-28"),
        ("60", "none", "serial=excel1900", "ERROR"),
        ("61", "none", "serial=excel1900", "1900-03-01"),
        ("43873.5", "none", "serial=excel1900", "2020-02-12T12:00"),
        ("43873.999999", "none", "serial=excel1900", "2020-02-13T00:00"),
        ("43873.0", "none", "serial=excel1900", "2020-02-12"),
        ("21915", "none", "serial=sas", "2020-01-01"),
        ("-1", "none", "serial=sas", "1959-12-31"),
        ("21915.5", "none", "serial=sas", "ERROR"),
        ("2015", "none", "serial=sas", "2015"),
        ("2015.5", "none", "serial=excel1900", "ERROR"),
        ("999999", "none", "serial=excel1900", "ERROR"),
        ("1577836800", "none", "serial=sas", "ERROR"),
        ("9" * 5000, "none", "serial=sas", "ERROR"),
    ],
)
def test_a_text_is_read_by_the_rules_or_refused(
    text: str, order: str, options: str, expected: str
) -> None:
    assert outcome(text, order, options) == expected


@pytest.mark.parametrize(
    ("text", "style", "problem"),
    [
        ("2020-13-01", DateStyle(), "month 13 does not exist"),
        ("29 FEB 2021", DateStyle(), "February 2021 has only 28 days"),
        ("31 APR 2020", DateStyle(), "April has only 30 days"),
        (
            "05/06/2019",
            DateStyle(),
            "day and month cannot be told apart; declare the order",
        ),
        ("12/25/2019", DateStyle(order="DMY"), "month 25 does not exist (order DMY)"),
        ("12NOV20", DateStyle(), "a year of two digits; declare the century"),
        ("9999-12-31", DateStyle(), "year 9999 is outside 1850-2099"),
        ("13:14:15", DateStyle(), "a time without a date"),
        ("2003-12-15+01:00", DateStyle(), "an offset from UTC without a time"),
        (
            "15DEC2003 13:14 CET",
            DateStyle(),
            "a named time zone cannot be kept; an offset from UTC can",
        ),
        ("12 OKT 2020", DateStyle(), "OKT is neither an English month nor a declared token"),
    ],
)
def test_a_problem_says_why(text: str, style: DateStyle, problem: str) -> None:
    assert iso_dtc(pd.Series([text]), style)["problem"].tolist() == [problem]


def test_index_and_order_of_rows_are_kept_and_columns_are_text() -> None:
    text = pd.Series(
        ["12NOV2020", None, "junk", "2020-11-12", "UN NOV 2020"], index=[7, 7, 1, 0, 3]
    )
    read = iso_dtc(text, DateStyle())
    assert read.index.tolist() == [7, 7, 1, 0, 3]
    assert [value if isinstance(value, str) else None for value in read["dtc"]] == [
        *("2020-11-12", None, None, "2020-11-12", "2020-11")
    ]
    assert read["problem"].notna().tolist() == [False, False, True, False, False]
    assert [str(kind) for kind in read.dtypes] == ["str", "str"]


@pytest.mark.parametrize("text", [pd.Series([], dtype="str"), pd.Series([None, np.nan])])
def test_nothing_in_is_nothing_out(text: pd.Series) -> None:
    read = iso_dtc(text, DateStyle())
    assert read.isna().all(axis=None)
    assert len(read) == len(text)
    assert [str(kind) for kind in read.dtypes] == ["str", "str"]


@pytest.mark.parametrize(
    ("order", "options", "words"),
    [
        ("YDM", "", "YDM is not an order"),
        ("DMY", "centuri=1930-2029", "did you mean century"),
        ("DMY", "century=30-29", "century window cannot be read"),
        ("DMY", "century=1900-2050", "more than 100 years"),
        ("DMY", "serial=unix", "unix is not a base"),
        ("DMY", "unknown=", "unknown has no value"),
    ],
)
def test_a_style_that_cannot_be_is_refused(order: str, options: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        DateStyle.from_options(order, options)


def test_a_style_from_text_holds_what_was_declared() -> None:
    style = DateStyle.from_options("mdy", "unknown=99,00; missing=NASK;century=1930-2029")
    assert style == DateStyle(
        order="MDY",
        unknown=frozenset({"99", "00"}),
        missing=frozenset({"NASK"}),
        century=(1930, 2029),
    )
    assert DateStyle.from_options("none", "") == DateStyle()


@pytest.mark.parametrize(
    ("day", "time", "dtc", "problem"),
    [
        ("2020-03-01", "9:30", "2020-03-01T09:30", None),
        ("2020-03-01", "09:30:15", "2020-03-01T09:30:15", None),
        ("2020-03-01", "11:30 pm", "2020-03-01T23:30", None),
        ("2020-03-01", "1000", "2020-03-01T10:00", None),
        ("2020-03-01", None, "2020-03-01", None),
        ("2020-03-01", "UN:UN", "2020-03-01", None),
        ("2020-03-01", "10:UN", "2020-03-01T10", None),
        ("2020-03", "09:30", "2020-03--T09:30", None),
        ("2003", "13:14", "2003----T13:14", None),
        ("2003---15", "13:14", "2003---15T13:14", None),
        ("--12-15", "13:14", "--12-15T13:14", None),
        ("--12", "13:14", "--12--T13:14", None),
        (None, "07:15", "-----T07:15", None),
        (None, None, None, None),
        ("2020", "UNK", "2020", None),
        ("2020-03-01T08:00", None, "2020-03-01T08:00", None),
        ("2020-03-01T08:00", "08:00", "2020-03-01T08:00", "the date has a time already"),
        ("2020-03-01/2020-03-02", "08:00", "2020-03-01/2020-03-02", "an interval takes no time"),
        ("2020-03-01/2020-03-02", None, "2020-03-01/2020-03-02", None),
        ("01MAR2020", "08:00", None, "the date is not ISO 8601 text"),
        ("2020-02-30", None, None, "February 2020 has only 29 days"),
        ("2020-03-01", "25:00", "2020-03-01", "hour 25 does not exist"),
        ("2020-03-01", "930", "2020-03-01", "cannot be read as a time"),
        ("2020-03", "after lunch", "2020-03", "cannot be read as a time"),
        (None, "after lunch", None, "cannot be read as a time"),
    ],
)
def test_a_time_joins_a_date(
    day: str | None, time: str | None, dtc: str | None, problem: str | None
) -> None:
    row = combine_dtc(pd.Series([day], dtype="str"), pd.Series([time], dtype="str"))
    row = row.astype(object).where(row.notna(), None)
    assert row.to_numpy().tolist() == [[dtc, problem]]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("05/03/2020 after lunch", "2020-03-05"),
        ("2020-03-05T25:00", "2020-03-05"),
        ("2020-03-05T", "2020-03-05"),
        ("05MAR2020:noon", "2020-03-05"),
        ("05 MAR 2020 13:14 CET", "2020-03-05"),
        ("05/03/2020 24:00", "2020-03-05"),
        ("05/03/2020 12", None),
        ("MAR 2020 after lunch", None),
        ("2020-02-30 08:00", None),
        ("2020-02-60", None),
        ("after lunch", None),
        ("05/03/2020", None),
    ],
)
def test_a_text_whose_time_cannot_be_read_keeps_its_complete_date(
    text: str, date: str | None
) -> None:
    style = DateStyle(order="DMY")
    made = date_without_time(pd.Series([text]), style)
    assert made.astype(object).where(made.notna(), None).item() == date
    assert iso_dtc(pd.Series([text]), style)["dtc"].isna().item() == (text != "05/03/2020")


def test_a_time_may_use_the_tokens_its_source_declares() -> None:
    style = DateStyle(unknown=frozenset({"99"}), missing=frozenset({"ND"}))
    days, times = pd.Series(["2020-03-01"] * 2), pd.Series(["13:99", "nd"])
    assert combine_dtc(days, times, style)["dtc"].tolist() == ["2020-03-01T13", "2020-03-01"]


def test_dates_and_times_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="same index"):
        combine_dtc(pd.Series(["2020"]), pd.Series(["10:00"], index=[4]))


days = st.dates(date(1850, 1, 1), date(2099, 12, 31))
DATE_FORMS = ["%Y", "%Y-%m", "%Y-%m-%d", "%Y---%d", "--%m-%d", "--%m", "----%d"]
DATE_FORMS_BEFORE_TIME = [
    *("%Y----", "%Y-%m--", "%Y-%m-%d", "%Y---%d", "--%m-%d", "--%m--", "----%d", "-----")
]
TIME_FORMS = [
    *("%H", "%H:%M", "%H:%M:%S", "-:%M", "%H:-:%S", "-:-:%S", "-:%M:%S", "%H:%M:%S.%f"),
    *("%H:%MZ", "%H:%M:%S+05:30", "%H:%M-08:00"),
]
iso_texts = st.one_of(
    st.builds(lambda day, form: day.strftime(form), days, st.sampled_from(DATE_FORMS)),
    st.builds(
        lambda day, form, time, clock: f"{day.strftime(form)}T{time.strftime(clock)}",
        days,
        st.sampled_from(DATE_FORMS_BEFORE_TIME),
        st.times(),
        st.sampled_from(TIME_FORMS),
    ),
)
COLLECTED_FORMS = [
    *("%Y-%m-%d", "%d%b%Y", "%d-%b-%Y", "%d %B %Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y"),
    *("%Y-%m-%dT%H:%M", "%d%b%Y:%H:%M:%S", "%d/%m/%Y %H:%M", "%Y%m%d%H%M", "%d %b %Y %I:%M %p"),
    *("%-m/%-d/%Y %-H:%M", "%-d%b%Y", "%-d-%b-%Y %-H:%M:%S", "%Y-%-m-%-d %-H:%M", "%-d %-m %Y"),
    *("%Y/%m/%d %H:%M:%S", "%d %b %Y %H:%M:%S", "%Y%m%d %H:%M", "%m-%d-%Y %H:%M:%S"),
]
near_dates = st.builds(
    lambda moment, form, place, character: (
        (text := moment.strftime(form))[:place] + character + text[place + len(character) :]
    ),
    st.datetimes(pd.Timestamp(1840, 1, 1), pd.Timestamp(2110, 1, 1)),
    st.sampled_from(COLLECTED_FORMS),
    st.integers(0, 25),
    st.sampled_from(["", "", "0", "3", "9", "-", "/", ".", " ", ":", "T", "UN", "x", "\u0663"]),
)
any_text = st.one_of(
    st.text(),
    near_dates,
    st.text(alphabet="0123456789-/.,: TZ+UNKDECMAYpm", max_size=24),
    st.lists(
        st.sampled_from(["UN", "UNK", "UNKN", "12", "3", "2020", "DEC", "99", "-", "/", " ", "T"])
    ).map("".join),
)
styles = st.builds(
    DateStyle,
    order=st.sampled_from([None, "DMY", "MDY", "YMD"]),
    unknown=st.sampled_from([frozenset(), frozenset({"99"}), frozenset({"00", "xx"})]),
    century=st.sampled_from([None, (1930, 2029)]),
    serial=st.sampled_from([None, "excel1900", "sas"]),
)


@settings(deadline=None)
@given(text=iso_texts)
def test_any_valid_partial_iso_text_comes_back_as_it_is(text: str) -> None:
    assert outcome(text) == text


@settings(deadline=None, max_examples=300)
@given(text=st.lists(any_text, max_size=8), style=styles)
def test_no_text_raises_and_none_is_lost(text: list[str], style: DateStyle) -> None:
    read = iso_dtc(pd.Series(text, dtype="str"), style)
    assert len(read) == len(text)
    assert not (read["dtc"].notna() & read["problem"].notna()).any()
    nothing = read["dtc"].isna() & read["problem"].isna()
    tokens = style.unknown | {token.upper() for token in style.unknown}
    for value in pd.Series(text, dtype="str")[nothing.to_numpy()]:
        for token in tokens:
            value = value.replace(token, " ")
        assert UNKNOWN_ALONE.fullmatch(value), value


@settings(deadline=None, max_examples=300)
@given(text=st.lists(near_dates, max_size=8), style=styles)
def test_reading_many_texts_is_reading_each(text: list[str], style: DateStyle) -> None:
    def alone(value: str) -> str | None:
        try:
            return read_date(value, style)
        except DateTextError:
            return "ERROR"

    read = iso_dtc(pd.Series(text, dtype="str"), style)
    together = read["dtc"].where(read["problem"].isna(), "ERROR")
    assert [v if isinstance(v, str) else None for v in together] == list(map(alone, text))


@settings(deadline=None, max_examples=300)
@given(text=st.lists(any_text, max_size=8), style=styles)
def test_what_was_read_reads_as_itself(text: list[str], style: DateStyle) -> None:
    dtc = iso_dtc(pd.Series(text, dtype="str"), style)["dtc"].dropna()
    again = iso_dtc(dtc, DateStyle())
    assert again["dtc"].tolist() == dtc.tolist()
    assert again["problem"].isna().all()


@settings(deadline=None)
@given(day=days, order=st.sampled_from(["DMY", "MDY"]), separator=st.sampled_from("-/. "))
def test_a_declared_order_is_followed(day: date, order: str, separator: str) -> None:
    text = separator.join(
        day.strftime(f"%{part}") for part in order.replace("D", "d").replace("M", "m")
    )
    assert outcome(text, order) == day.isoformat()


@settings(deadline=None)
@given(day=days, time=st.times())
def test_a_date_and_a_time_apart_are_the_date_time_together(day: date, time: object) -> None:
    clock = f"{time:%H:%M:%S}"
    row = combine_dtc(pd.Series([day.isoformat()]), pd.Series([clock]))
    assert row["dtc"].tolist() == [f"{day.isoformat()}T{clock}"]

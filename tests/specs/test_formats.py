from __future__ import annotations

import pytest

from specs.formats import shown_as


@pytest.mark.parametrize(
    ("format_", "what"),
    [
        ("DATE9.", "dates"),
        ("YYMMDD10.", "dates"),
        ("YYMMDDN8.", "dates"),
        ("MMDDYY10.", "dates"),
        ("DDMMYYS10.", "dates"),
        ("E8601DA10.", "dates"),
        ("MONYY7.", "dates"),
        ("WORDDATE18.", "dates"),
        ("DATETIME20.", "datetimes"),
        ("E8601DT19.", "datetimes"),
        ("TIME5.", "times"),
        ("8.2", ""),
        ("$20.", ""),
        ("DATE", ""),
        ("", ""),
    ],
)
def test_a_format_tells_what_its_numbers_count(format_: str, what: str) -> None:
    assert shown_as(format_) == what

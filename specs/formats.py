"""Formats of SAS that show numbers as dates, datetimes and times, and what the numbers count."""

from __future__ import annotations

import re
from typing import Final, Literal

FORMAT: Final = re.compile(r"(\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)(\d{0,3})\.(\d{0,2})")
_DATES: Final = re.compile(
    r"(DATE|(YYMMDD|MMDDYY|DDMMYY|YYMM|MMYY|YYQ|YYQR)[BCDNPS]?|[EB]8601DA|IS8601DA|JULIAN|JULDAY"
    r"|MONYY|YYMON|YYWEEK[UVW]|WEEK[UVW]|WEEKDATE|WEEKDATX|WORDDATE|WORDDATX|WEEKDAY|DOWNAME"
    r"|MONNAME|MONTH|DAY|QTRR?|YEAR|NENGO|MINGUO)"
)
_DATETIMES: Final = re.compile(
    r"(DATETIME|DATEAMPM|MDYAMPM|[EB]8601D[TN]|IS8601D[TN]|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC)"
)
_TIMES: Final = re.compile(r"(TIME|TOD|HHMM|[EB]8601T[MN]|IS8601T[MN])")


def shown_as(text: str) -> Literal["dates", "datetimes", "times", ""]:
    """What numbers with a format count: "YYMMDD10." shows dates, "8.2" none of these.

    Days (dates) or seconds (datetimes) from 1960, seconds of a day (times).
    """
    matched = FORMAT.fullmatch(text)
    name = matched[1] if matched else ""
    if _DATETIMES.fullmatch(name):
        return "datetimes"
    if _TIMES.fullmatch(name):
        return "times"
    return "dates" if _DATES.fullmatch(name) else ""

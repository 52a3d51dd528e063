"""Which variable a field is likely for, where nothing names one: by words of its name and label.

Each proposal says the words it goes by, and that it is no more than likely.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from specs.standards import latest
from specs.terminology import coded, latest_versions, load_terminology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdtm.raw import Field, Form
    from specs.terminology import Codelist

NOT_SUBMITTED = "not_submitted"
"""The variable of what identifies a person, or only steers a form."""

_WORDS = (
    ("DM", "BRTHDTC", "", r"\b(?:dob|birth ?dat\w*|date of birth|brthdat\w*)\b"),
    ("DM", "SEX", "", r"\b(?:sex|gender)\b"),
    ("DM", "RACE", "", r"\brace\b"),
    ("DM", "ETHNIC", "", r"\bethnic(?:ity)?\b"),
    ("DM", "AGE", "", r"^age\b|\bage \(?(?:in )?years?\b"),
    ("DM", "RFICDTC", "", r"\b(?:consent|icf)\b.*\bdate\b|\bdate\b.*\bconsent\b"),
    ("DM", "DTHDTC", "", r"\bdate of death\b|\bdeath date\b"),
    ("DS", "DSTERM", "", r"\breason\b.*\b(?:withdr|discontinu)"
     r"|\b(?:withdr|discontinu)\w* reason\b"),
    ("DS", "DSSTDTC", "", r"\bdate\b.*\b(?:withdr\w+|discontinu\w+|study completion)\b"
     r"|\b(?:withdr\w+|discontinu\w+|completion) date\b"),
    ("VS", "VSORRES", "HEIGHT", r"\bheight\b"),
    ("VS", "VSORRES", "WEIGHT", r"\b(?:body )?weight\b"),
    ("VS", "VSORRES", "BMI", r"\b(?:bmi|body mass index)\b"),
    ("VS", "VSORRES", "SYSBP", r"\b(?:systolic|sbp|sysbp)\b"),
    ("VS", "VSORRES", "DIABP", r"\b(?:diastolic|dbp|diabp)\b"),
    ("VS", "VSORRES", "PULSE", r"\bpulse\b"),
    ("VS", "VSORRES", "HR", r"\b(?:heart rate|hr)\b"),
    ("VS", "VSORRES", "TEMP", r"\b(?:temperature|temp)\b"),
    ("VS", "VSORRES", "RESP", r"\b(?:respiratory rate|resp(?:iration)?)\b"),
    ("VS", "VSORRES", "OXYSAT", r"\b(?:spo2|oxygen saturation)\b"),
)  # fmt: skip
_WITHHELD = (
    (
        "identifies a person",
        r"\b(?:first|last|middle|family|maiden|full) ?name\b|\bname (?:first|last)\b|\bsurname\b"
        r"|\binitials\b|\bstreet\b|\baddress\b|\b(?:tele)?phone\b|\be-?mail\b|\bzip\b"
        r"|\bpostal\b|\bssn\b|\bcontact(?:ed)?\b|\bmugshot\b|\bphotograph\b",
    ),
    ("is a document", r"\b(?:upload|document|signature|attach(?:ment)?)\b"),
)
_PROMPT = re.compile(r"[A-Z]{2}YN")
_MATTER = re.compile(r"\b(?:serum|plasma|blood|level|concentration|baseline|result)\b")
_SEVERAL = 3  # how many coded questions make a questionnaire
_LONGEST = 40  # of --TEST, in characters
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")


class Likely(NamedTuple):
    """A variable, its test and unit where it is a finding, and the words it goes by.

    `name` and `category` are those of a test that no terminology has.
    """

    dataset: str
    variable: str
    test: str
    unit: str
    why: str
    name: str = ""
    category: str = ""


def likely(form: Form, field: Field) -> Iterator[Likely]:
    """What a field is likely for, the best alone; nothing where no word says so."""
    name = re.sub(r"[_\W]+", " ", field.name.lower()).strip()
    label = field.label.lower()
    if _PROMPT.fullmatch(field.name.upper()):
        yield Likely("", NOT_SUBMITTED, "", "", "a question that opens a form, by CDASH")
        return
    for why, words in _WITHHELD:
        match = re.search(words, name) or re.search(words, label)
        if match:
            yield Likely("", NOT_SUBMITTED, "", "", f"{why}: {match[0]}")
            return
    unit = _unit(field.label)
    for dataset, variable, test, words in _WORDS:
        match = re.search(words, name) or re.search(words, label)
        if match and (not test or _may_be_a_result(field)):
            yield Likely(dataset, variable, test, unit if test else "", f"its words: {match[0]}")
            return
    if _may_be_a_result(field):
        yield from _laboratory(field, unit)


def questions(form: Form, fields: list[Field]) -> Iterator[tuple[Field, Likely]]:
    """The coded questions of a form as tests of a questionnaire, named after their fields."""
    asked = [field for field in fields if field.kind == "code"]
    if len(asked) < _SEVERAL:
        return
    met: set[str] = set()
    title = " ".join(form.name.replace("_", " ").split())
    category = (form.label or title).upper()[:_LONGEST].strip()
    for field in asked:
        code = re.sub(r"[^A-Z0-9]", "", field.name.upper()).lstrip("0123456789")[:8]
        if code and code not in met:
            met.add(code)
            name = " ".join(re.sub(r"[^\x20-\x7e]", " ", field.label or title).split())
            why = "a coded question among others of its form"
            yield (
                field,
                Likely("QS", "QSORRES", code, "", why, name[:_LONGEST].strip() or code, category),
            )


def _may_be_a_result(field: Field) -> bool:
    return not field.choices and field.accepts.kind in ("text", "number")


def _laboratory(field: Field, unit: str) -> Iterator[Likely]:
    """A test of the laboratory whose published name or synonym is the label without its unit."""
    if field.accepts.kind != "number":
        return
    text = _MATTER.sub(" ", _IN_BRACKETS.sub(" ", field.label.lower()))
    text = " ".join(text.replace(":", " ").split())
    names, codes = _tests("LB", "TEST"), _tests("LB", "TESTCD")
    if not text or names is None or codes is None:
        return
    met = coded(pd.Series([text], dtype="str"), names, {})
    if met["matched"].iloc[0]:
        term = names.term(str(met["value"].iloc[0]))
        code = next((t.value for t in codes.terms if term and t.code == term.code), "")
        if code:
            yield Likely("LB", "LBORRES", code, unit, f"its label, a name of {code}")


@lru_cache(maxsize=8)
def _tests(domain: str, end: str) -> Codelist | None:
    variable = latest("SDTMIG").variable(domain, f"{domain}{end}")
    terminology = load_terminology(sdtm=latest_versions()["SDTM"])
    lists = variable.codelists if variable is not None else ()
    return terminology.codelist(lists[0]) if lists else None


@lru_cache(maxsize=4096)
def _unit(label: str) -> str:
    """The unit in the brackets of a label, as the terminology writes it; "" where there is none."""
    for text in _IN_BRACKETS.findall(label):
        units = load_terminology(sdtm=latest_versions()["SDTM"]).codelist("UNIT")
        for form in (text.strip(), text.strip().rstrip("s")):
            met = coded(pd.Series([form], dtype="str"), units, {})
            if met["matched"].iloc[0]:
                return str(met["value"].iloc[0])
    return ""

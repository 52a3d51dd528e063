"""Which variable a collected field is for: what the EDC says, and what its name says by CDASH."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdisckit.likely import NOT_SUBMITTED, likely, questions
from sdtm.raw import UNIT
from specs.standards import latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdtm.raw import Field, Form, RawData
    from specs.standards import Standard

NEVER = frozenset(
    {"STUDYID", "DOMAIN", "USUBJID", "SUBJID", "VISIT", "VISITNUM", "VISITDY", "EPOCH"}
)
"""What cdisckit makes itself from the record and the plan of visits."""

_NAME = re.compile(r"[A-Z][A-Z0-9]*")
_DATE = re.compile(r"(.+)(?:DAT|DT)")
_PREFIX = re.compile(r"^([A-Z]{2})_(?=\1|[A-Z0-9]{1,8}_\1)")
_HORIZONTAL = re.compile(r"([A-Z][A-Z0-9]{0,7})_([A-Z]{2}ORRESU?)")


@dataclass(frozen=True)
class Proposal:
    """A field for a variable; `test` is the test of a finding, `time` the field of the time.

    `unit` is the unit that the field's label tells, `name` and `category` those of a test that no
    terminology has. Of `confidence` there is high, where the EDC or
    a published name says so, medium, where words do, and low.
    """

    dataset: str
    variable: str
    form: str
    field: str
    why: str
    test: str = ""
    time: str = ""
    unit: str = ""
    name: str = ""
    category: str = ""
    confidence: str = "high"


def proposals(raw: RawData) -> list[Proposal]:
    """At most one field for each variable (and test) of a form, those that the EDC named first.

    What is not to be submitted is among them, as the variable `not_submitted` of no dataset.
    """
    guide = latest("SDTMIG")
    by_target: dict[tuple[str, ...], Proposal] = {}
    for form in raw.forms.values():
        fields = [f for f in form.fields.values() if not f.name.endswith(UNIT)]
        fields = [field for field in fields if field.name not in form.identity]
        annotated = [p for field in form.fields.values() for p in _annotated(form, field, guide)]
        named = [p for field in form.fields.values() for p in _named(form, field, guide)]
        taken = {proposal.field for proposal in annotated}
        named = [p for p in named if p.field not in taken]
        taken |= {name for p in named for name in (p.field, p.time)}
        words = [p for field in fields if field.name not in taken for p in _by_words(form, field)]
        taken |= {proposal.field for proposal in words}
        words += list(_asked(form, [f for f in fields if f.name not in taken]))
        taken |= {proposal.field for proposal in words}
        dates = list(_dates(form, words, [f for f in fields if f.name not in taken]))
        for one in (*annotated, *named, *words, *dates):
            whole = one.field if one.variable == NOT_SUBMITTED else ""
            by_target.setdefault((one.form, one.dataset, one.variable, one.test, whole), one)
    return list(by_target.values())


def _by_words(form: Form, field: Field) -> Iterator[Proposal]:
    """What words of its name and label say."""
    for one in likely(form, field):
        yield Proposal(
            one.dataset, one.variable, form.name, field.name, one.why, one.test, unit=one.unit,
            confidence="medium",
        )  # fmt: skip


def _asked(form: Form, left: list[Field]) -> Iterator[Proposal]:
    """What is left of coded questions, as a questionnaire of the form."""
    for field, one in questions(form, left):
        yield Proposal(
            one.dataset, one.variable, form.name, field.name, one.why, one.test, name=one.name,
            category=one.category, confidence="low",
        )  # fmt: skip


def _dates(form: Form, words: list[Proposal], left: list[Field]) -> Iterator[Proposal]:
    """The date of a form's results, where it has results and one date that is nothing else's."""
    dates = [field for field in left if field.accepts.kind == "date"]
    if len(dates) == 1:
        for domain in dict.fromkeys(p.dataset for p in words if p.test):
            why = "the one date of the form"
            yield Proposal(domain, f"{domain}DTC", form.name, dates[0].name, why, confidence="low")


def _annotated(form: Form, field: Field, guide: Standard) -> Iterator[Proposal]:
    """What annotations and aliases name: `DM.SEX`, `VS.VSORRES.HEIGHT`, `AETERM`."""
    for target in field.targets:
        names = target.strip().upper().split(".")
        if len(names) == 1:
            names = [_domain(names[0], guide), names[0]]
        domain, variable, test = (*names, "")[:3] if len(names) < 4 else ("", "", "")
        if _possible(domain, variable, guide):
            yield Proposal(domain, variable, form.name, field.name, f"annotated {target}", test)


def _named(form: Form, field: Field, guide: Standard) -> Iterator[Proposal]:
    """What a name says by CDASH: AETERM; AESTDAT for AESTDTC; SYSBP_VSORRES for a test."""
    name = _PREFIX.sub("", field.name.rpartition(".")[2].upper())
    horizontal = _HORIZONTAL.fullmatch(name)
    if horizontal:
        test, variable = horizontal.groups()
        if _possible(variable[:2], variable, guide):
            why = f"its CDASH name {name}"
            yield Proposal(variable[:2], variable, form.name, field.name, why, test)
        return
    if not _NAME.fullmatch(name):
        return
    date = _DATE.fullmatch(name)
    variable = f"{date[1]}DTC" if date else name
    domain = _domain(variable, guide)
    if not _possible(domain, variable, guide):
        return
    time = ""
    if date:
        times = [f for f in form.fields if f.rpartition(".")[2].upper() == f"{date[1]}TIM"]
        time = times[0] if times else ""
    yield Proposal(domain, variable, form.name, field.name, f"its CDASH name {name}", time=time)


def _domain(variable: str, guide: Standard) -> str:
    """The domain of a variable: DM for its own, else what the name starts with; "" if none."""
    if guide.variable(variable[:2], variable) is not None:
        return variable[:2]
    return "DM" if guide.variable("DM", variable) is not None else ""


def _possible(domain: str, variable: str, guide: Standard) -> bool:
    in_guide = guide.dataset(domain)
    if in_guide is None or variable in NEVER or variable.endswith("SEQ") or in_guide.reference:
        return False
    return guide.variable(domain, variable) is not None

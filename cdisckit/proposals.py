"""Which variable a collected field is for: what the EDC says, and what its name says by CDASH."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_HORIZONTAL = re.compile(r"([A-Z][A-Z0-9]{0,7})_([A-Z]{2}ORRESU?)")


@dataclass(frozen=True)
class Proposal:
    """A field for a variable; `test` is the test of a finding, `time` the field of the time."""

    dataset: str
    variable: str
    form: str
    field: str
    why: str
    test: str = ""
    time: str = ""


def proposals(raw: RawData) -> list[Proposal]:
    """At most one field for each variable (and test) of a form, those that the EDC named first."""
    guide = latest("SDTMIG")
    by_target: dict[tuple[str, str, str, str], Proposal] = {}
    for form in raw.forms.values():
        annotated = [p for field in form.fields.values() for p in _annotated(form, field, guide)]
        named = [p for field in form.fields.values() for p in _named(form, field, guide)]
        taken = {proposal.field for proposal in annotated}
        for one in (*annotated, *(p for p in named if p.field not in taken)):
            by_target.setdefault((one.form, one.dataset, one.variable, one.test), one)
    return list(by_target.values())


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
    name = field.name.rpartition(".")[2].upper()
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

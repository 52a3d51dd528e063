"""SUPP--: the dataset of the qualifiers for which a domain has no variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.model import Dataset, Origin, Rule, Variable
from specs.standards import standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specs.codelists import StudyTerminology

KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")

_ORIGINS = {"STUDYID": Origin.PROTOCOL, "QVAL": None}


def supplemental_dataset(
    parent: Dataset, standards: Mapping[str, str], terminology: StudyTerminology
) -> Iterator[Dataset]:
    """The SUPP-- dataset of a domain; none when no qualifier is specified.

    Its `supplemental` are the qualifiers, which define.xml describes as the value level of QVAL.
    """
    if not parent.supplemental:
        return
    name, person = f"SUPP{parent.name}", parent.person
    guide = standard("SDTMIG", standards["SDTMIG"])
    in_guide = guide.dataset(name)
    yield Dataset(
        name=name,
        domain=parent.domain,
        label=in_guide.label if in_guide else f"Supplemental Qualifiers for {parent.name}",
        class_="RELATIONSHIP",
        structure=in_guide.structure if in_guide else "",
        purpose="Tabulation",
        standard="SDTMIG",
        keys=tuple(person if key == "USUBJID" else key for key in KEYS),
        blocks=(),
        variables=tuple(
            Variable(
                name=v.variable,
                label=v.label,
                type=v.type,
                role=v.role,
                core=v.core,
                codelist=_codelist(terminology, v.codelists, v.variable, parent.file),
                value_domain=v.format,
                rules=_rules(v.variable, parent),
                place=parent.file,
            )
            for v in guide.variables(name)
        ),
        supplemental=parent.supplemental,
        file=parent.file,
        parent=parent.name,
    )


def _codelist(
    terminology: StudyTerminology, codes: tuple[str, ...], variable: str, place: str
) -> str:
    name = terminology.choose(codes, variable, place)
    if name:
        terminology.use(name, place)
    return name or ""


def _rules(variable: str, parent: Dataset) -> tuple[Rule, ...]:
    """How the variable comes about; who it is of as in the parent, for that has one origin."""
    if variable == parent.person:
        return parent.variable(variable).rules
    origin = _ORIGINS.get(variable, Origin.ASSIGNED)
    return (Rule(origin, place=parent.file),) if origin else ()

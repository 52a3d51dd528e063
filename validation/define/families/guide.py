"""What the implementation guide says of datasets and variables, where cdisckit has its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from validation.define.check import Fault, rule
from validation.define.families.codelists import items_of
from validation.define.families.variables import name_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.standards import StandardVariable
    from validation.define.document import Node
    from validation.define.model import Define, Use

_LISTED: Final = ("text", "integer", "float")
_ROLES: Final = (
    "Identifier",
    "Topic",
    "Timing",
    "Rule",
    *(f"{kind} Qualifier" for kind in ("Grouping", "Record", "Result", "Synonym", "Variable")),
)
_RESULTS: Final = ("ORRES", "STRESC")
# Parts of names of variables that MedDRA codes, DD0113.
_MEDDRA: Final = (
    "LLT",
    "LLTCD",
    "PTCD",
    "HLT",
    "HLTCD",
    "HLGT",
    "HLGTCD",
    "BODSYS",
    "BDSYCD",
    "SOC",
    "SOCCD",
)


def _described(define: Define) -> Iterator[tuple[Use, StandardVariable]]:
    for use in define.variables:
        in_guide = define.guide_variable(use)
        if in_guide is not None:
            yield use, in_guide


def _tabulations(define: Define) -> Iterator[tuple[Use, StandardVariable]]:
    for use, in_guide in _described(define):
        if use.dataset is not None and define.kind(use.dataset) == "SDTM":
            yield use, in_guide


@rule("DEFINE-067")
def required_is_mandatory(define: Define) -> Iterator[Fault]:
    """A variable that the SDTMIG requires is mandatory."""
    for use, in_guide in _tabulations(define):
        if in_guide.core == "Req" and use.reference.get("Mandatory") == "No":
            yield Fault(
                use.reference,
                f"{name_of(use)} is required by the guide, and Mandatory is No",
                "No",
                place_of(use),
            )


@rule("DEFINE-097")
def code_of_list_under_ct(define: Define) -> Iterator[Fault]:
    """The code list of a variable under controlled terminology has its NCI code."""
    for use, codelist in _under_terminology(define):
        if codelist.get("def:StandardOID"):
            continue  # found by DEFINE-249
        if not codelist.code() and codelist.get("def:IsNonStandard") != "Yes":
            yield Fault(
                codelist,
                f"{codelist.get('OID')} of {name_of(use)} has no NCI code",
                place=place_of(use),
            )


@rule("DEFINE-153")
def non_standard_list_marked(define: Define) -> Iterator[Fault]:
    """A list without NCI code, where the guide asks for terminology, is marked non-standard."""
    for use, codelist in _under_terminology(define):
        if not codelist.code() and not (
            codelist.get("def:IsNonStandard") or codelist.get("def:StandardOID")
        ):
            yield Fault(
                codelist,
                f"{codelist.get('OID')} of {name_of(use)} has neither NCI code nor"
                " def:IsNonStandard",
                place=place_of(use),
            )


def _under_terminology(define: Define) -> Iterator[tuple[Use, Node]]:
    """Variables for which the guide names code lists, with the code list they have."""
    for use, in_guide in _described(define):
        codelist = define.codelist_of(use.item) if in_guide.codelists else None
        if codelist is not None and items_of(codelist):
            yield use, codelist


@rule("DEFINE-149", "DD0124")
def codelist_asked_for(define: Define) -> Iterator[Fault]:
    """A variable for which the SDTMIG names a code list has one, itself or at value level."""
    for use, in_guide in _tabulations(define):
        if not in_guide.codelists or use.item.get("DataType") not in _LISTED:
            continue
        if use.item.get("Name").endswith(_RESULTS):
            continue  # the guide's list is for some tests alone
        if use.item.first("CodeListRef") is not None or use.reference.get("def:HasNoData"):
            continue
        if use.dataset is not None and use.dataset.get("def:HasNoData"):
            continue
        values = define.values_of(use.item, use.dataset)
        if not any(value.item.first("CodeListRef") is not None for value in values):
            yield Fault(
                use.item,
                f"{name_of(use)} has no code list; the guide names {', '.join(in_guide.codelists)}",
                place=place_of(use),
            )


@rule("DD0118")
def code_of_the_guide(define: Define) -> Iterator[Fault]:
    """The NCI code of a variable's list is one that the guide names for the variable."""
    for use, entry in _tabulations(define):
        codelist = define.codelist_of(use.item)
        code = codelist.code() if codelist is not None else ""
        if codelist is not None and code and entry.codelists and code not in entry.codelists:
            yield Fault(
                use.item,
                f"{name_of(use)} has the list {code}; the guide names {', '.join(entry.codelists)}",
                code,
                place_of(use),
            )


@rule("DD0113")
def coded_by_meddra(define: Define) -> Iterator[Fault]:
    """A variable that MedDRA codes refers to MedDRA."""
    for use in define.variables:
        dataset, name = use.dataset, use.item.get("Name")
        if dataset is None or define.kind(dataset) != "SDTM":
            continue
        in_guide = define.guide_variable(use)
        named = define.class_of(dataset) == "EVENTS" and name[2:] in _MEDDRA
        if not named and (in_guide is None or in_guide.format != "MedDRA"):
            continue
        if use.reference.get("def:HasNoData") or dataset.get("def:HasNoData"):
            continue
        codelist = define.codelist_of(use.item)
        external = codelist.first("ExternalCodeList") if codelist is not None else None
        if external is None or external.get("Dictionary") != "MedDRA":
            yield Fault(
                use.item,
                f"{name_of(use)} does not refer to MedDRA as external code list",
                place=place_of(use),
            )


@rule("DEFINE-265", "DD0136", "DD0059")
def dataset_label_of_guide(define: Define) -> Iterator[Fault]:
    """The label of an SDTM dataset is that of the guide."""
    for dataset in define.datasets:
        guide = define.guide(dataset) if define.kind(dataset) == "SDTM" else None
        name, label = dataset.get("Name"), dataset.translated()
        in_guide = guide.dataset(define.shape(dataset)) if guide is not None else None
        split = name != dataset.get("Domain") and not name.startswith("SUPP")
        if in_guide is None or not label or (split and dataset.get("Domain")):
            continue
        if label != in_guide.label:
            yield Fault(
                dataset, f"the label of {name} is {label}; the guide has {in_guide.label}", label
            )


@rule("DEFINE-266", "DD0137", "DD0060")
def variable_label_of_guide(define: Define) -> Iterator[Fault]:
    """The label of an SDTM variable is that of the guide."""
    for use, in_guide in _tabulations(define):
        label = use.item.translated()
        if label and label != in_guide.label:
            yield Fault(
                use.item,
                f"the label of {name_of(use)} is {label}; the guide has {in_guide.label}",
                label,
                place_of(use),
            )


@rule("CK-DEFINE-ROLE")
def role_of_guide(define: Define) -> Iterator[Fault]:
    """The role of an SDTM variable is that of the guide, else of the SDTM model."""
    for use in define.variables:
        dataset, name, role = use.dataset, use.item.get("Name"), use.reference.get("Role")
        guide = define.guide(dataset) if dataset is not None else None
        if guide is None or dataset is None or define.kind(dataset) != "SDTM":
            continue
        in_guide = guide.variable(define.shape(dataset), name) or guide.model_variable(
            dataset.get("Domain"), define.class_of(dataset), name
        )
        if in_guide is not None and role in _ROLES and role != in_guide.role:
            yield Fault(
                use.reference,
                f"the role of {name_of(use)} is {role}; the guide has {in_guide.role}",
                role,
                place_of(use),
            )


@rule("DD0039")
def order_of_guide(define: Define) -> Iterator[Fault]:
    """The variables of an SDTM dataset are in the order of the guide."""
    last: dict[Node, tuple[int, str]] = {}
    for use, in_guide in _tabulations(define):
        if use.dataset is None:
            continue
        order, before = last.get(use.dataset, (0, ""))
        if in_guide.order < order:
            yield Fault(
                use.reference,
                f"{name_of(use)} stands after {before}; the guide has it before",
                place=place_of(use),
            )
        else:
            last[use.dataset] = (in_guide.order, use.item.get("Name"))


@rule("DD0116")
def names_of_findings_about(define: Define) -> Iterator[Fault]:
    """A test of findings about that is a qualifier, and no published test, is named as it is."""
    for use, _ in _tabulations(define):
        codelist = define.codelist_of(use.item)
        if use.item.get("Name") != "FATESTCD" or codelist is None or use.dataset is None:
            continue
        labels = _labels_by_root(define, use.dataset)
        for item in codelist.all("CodeListItem"):
            code, decode = item.get("CodedValue"), item.translated("Decode")
            names = labels.get(code)
            if names and decode not in names and not item.code():
                yield Fault(
                    item,
                    f"{code} is a qualifier, and named {decode}; its label is"
                    f" {' or '.join(sorted(names))}",
                    decode,
                    place_of(use),
                )


def _labels_by_root(define: Define, dataset: Node) -> dict[str, set[str]]:
    """The labels of the guide's qualifiers by name without the domain: SEV, OCCUR."""
    guide = define.guide(dataset)
    labels: dict[str, set[str]] = {}
    if guide is None:
        return labels
    for name in guide.datasets:
        for variable in guide.variables(name):
            if variable.variable.startswith(name) and "Qualifier" in variable.role:
                labels.setdefault(variable.variable.removeprefix(name), set()).add(variable.label)
    return labels

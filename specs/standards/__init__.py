"""The standards' own tables: which datasets and variables a guide defines, and how.

`standard("SDTMIG", "3.4")` and `standard("ADaMIG", "1.3")` give the two guides. In SDTMIG a
dataset is a domain, and SUPPAE is SUPPQUAL for AE; in ADaMIG it is a data structure (ADSL, BDS,
OCCDS), whose variable names may contain placeholders, which are resolved: TRT01A is TRTxxA.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from specs.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = Path(__file__).parent

GUIDES: Final[Mapping[str, str]] = MappingProxyType({"SDTMIG": "3.4", "ADaMIG": "1.3"})
"""The version of each guide; their files are named after both, as sdtmig-3.4-datasets.csv."""

MODELS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({("SDTMIG", "3.4"): "2.0"})
"""The version of the SDTM model that a guide is of; its file is sdtm-2.0.csv."""

OBSERVATIONS: Final = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT")
"""The classes of observations, whose datasets may have the variables of the model."""

ASSOCIATED: Final = "AP"
"""What the names of datasets of associated persons begin with: APMH, APDM."""

_OF_PERSONS: Final = (
    "DTHDTC", "DTHFL", "INVNAM", "BRTHDTC", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "COUNTRY",
    "DMDTC", "DMDY",
)  # fmt: skip

_OBSERVED_AS: Final = MappingProxyType({"FINDINGS ABOUT": "FINDINGS"})

# xx and zz are two digits from 01 to 99; y and w are whole numbers without leading zero.
_PLACEHOLDER = re.compile("xx|zz|y|w")
_PLACEHOLDER_WORD = re.compile(r"\b(xx|zz|y|w)\b")
_DIGITS = {
    "xx": r"(?P<xx>0[1-9]|[1-9]\d)",
    "zz": r"(?P<zz>0[1-9]|[1-9]\d)",
    "y": r"(?P<y>[1-9]\d?)",
    "w": r"(?P<w>[1-9]\d?)",
}


@dataclass(frozen=True)
class StandardVariable:
    """A variable as the guide defines it.

    `core` is Req, Exp, Perm or, in ADaM, Cond; "" where the guide's table gives none. `codelists`
    are C-codes. `format` names a value domain that is no codelist (ISO 8601 ..., MedDRA); `values`
    are the only values the guide allows where it lists them itself (Y; the domain's own code).
    `role` and `format` are "" in ADaM.
    """

    dataset: str
    order: int
    variable: str
    label: str
    type: Literal["Char", "Num"]
    role: str
    core: str
    codelists: tuple[str, ...]
    format: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ModelVariable(StandardVariable):
    """A variable that the SDTM model has for a class, in a domain whose table lacks it.

    `order` is its position in the model: identifiers, the class's own variables, timing. `only`
    names the domains that may have it, where not all of the class may; `never` the domains or
    classes that may not, ALL where it is not for trials in humans.
    """

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def may_be_in(self, domain: str, class_: str) -> bool:
        """Whether the model lets the domain have the variable."""
        return (not self.only or domain in self.only) and not {domain, class_, "ALL"} & {
            *self.never
        }


@dataclass(frozen=True)
class StandardDataset:
    """A dataset or data structure as the guide defines it; `class_` is a term of C103329."""

    name: str
    label: str
    class_: str
    structure: str
    repeating: bool
    reference: bool


@dataclass(frozen=True, eq=False)
class Standard:
    """One version of an implementation guide."""

    name: str
    version: str
    datasets: Mapping[str, StandardDataset]
    _variables: Mapping[str, Mapping[str, StandardVariable]] = field(repr=False)
    _patterns: Mapping[str, tuple[tuple[re.Pattern[str], StandardVariable], ...]] = field(
        repr=False
    )
    _model: Mapping[str, Mapping[str, ModelVariable]] = field(repr=False)

    def dataset(self, name: str) -> StandardDataset | None:
        """The dataset or data structure of that name, or None.

        >>> standard("SDTMIG", "3.4").dataset("SUPPAE").label
        'Supplemental Qualifiers for AE'
        """
        dataset = self.datasets.get(_shape(name))
        if dataset is None and (of := self.of_associated(name)):
            label = f"Associated Persons {self.datasets[of].label}"
            structure = self.datasets[of].structure.replace("subject", "associated person")
            return replace(self.datasets[of], name=name, label=label, structure=structure)
        if dataset is None or dataset.name == name:
            return dataset
        parent = name.removeprefix("SUPP")
        return replace(dataset, name=name, label=dataset.label.replace("[domain name]", parent))

    def of_associated(self, name: str) -> str:
        """The domain of whose kind the records of associated persons are; "" of other datasets.

        >>> standard("SDTMIG", "3.4").of_associated("APMH")
        'MH'
        """
        if not name.startswith(ASSOCIATED) or name in self.datasets:
            return ""
        of = self.datasets.get(name[2:4])
        kinds = (*OBSERVATIONS, "SPECIAL PURPOSE")
        return of.name if of is not None and of.class_ in kinds else ""

    def variables(self, dataset: str) -> tuple[StandardVariable, ...]:
        """The variables of a dataset or data structure in the guide's order, as it writes them.

        In ADaM they include names with placeholders (TRTxxA) and suffixes (*DT). Empty when the
        guide has no such dataset.
        """
        if own := self._of_associated(dataset):
            return tuple(own.values())
        variables = self._variables.get(_shape(dataset), {}).values()
        return tuple(replace(variable, dataset=dataset) for variable in variables)

    def variable(self, dataset: str, variable: str) -> StandardVariable | None:
        """A variable by its name in a dataset or data structure, or None.

        Placeholders of ADaM names are resolved, in the label too. Names that only follow a suffix
        rule (*DT) are not standard variables: see `suffix`.

        >>> standard("ADaMIG", "1.3").variable("ADSL", "TRT01A").label
        'Actual Treatment for Period 01'
        """
        if own := self._of_associated(dataset):
            return own.get(variable)
        shape = _shape(dataset)
        entry = self._variables.get(shape, {}).get(variable)
        if entry is not None:
            # A pattern is no name: TRTxxA itself is not a variable.
            if _PLACEHOLDER.search(variable) or variable.startswith("*"):
                return None
            return entry if entry.dataset == dataset else replace(entry, dataset=dataset)
        for pattern, templated in self._patterns.get(shape, ()):
            match = pattern.fullmatch(variable)
            if match:
                label = _filled(templated.label, match)
                return replace(templated, variable=variable, label=label)
        return None

    def model_variable(self, domain: str, class_: str, variable: str) -> ModelVariable | None:
        """A variable that the SDTM model has for the class of a domain, or None.

        Its label, type and role are the model's, its core is Perm; its codelists are those that
        the guide gives it in another domain.

        >>> cetpt = standard("SDTMIG", "3.4").model_variable("CE", "EVENTS", "CETPT")
        >>> cetpt.label, cetpt.role, cetpt.core
        ('Planned Time Point Name', 'Timing', 'Perm')
        """
        general = _general(variable, domain)
        in_model = self._model.get(_OBSERVED_AS.get(class_, class_), {}).get(general)
        if in_model is None:
            return None
        lists = (
            self._variables[other].get(general.replace("--", other, 1)) for other in self.datasets
        )
        codelists = next((v.codelists for v in lists if v is not None and v.codelists), ())
        return replace(in_model, dataset=domain, variable=variable, codelists=codelists)

    def order_of(self, dataset: str, domain: str, class_: str, variable: str) -> tuple[float, int]:
        """What sorts the variables of a dataset of SDTM: the order of the guide, then of the model.

        What the guide's table lacks stands behind the variable that precedes it in the model;
        what neither has stands at the end.
        """
        own = self._of_associated(dataset) or self._variables.get(_shape(dataset), {})
        if variable in own:
            return own[variable].order, -1
        model = self._model.get(_OBSERVED_AS.get(class_, class_), {})
        in_model = model.get(_general(variable, domain))
        if in_model is None:
            return float("inf"), 0
        before = [
            (at.order, listed.order)
            for name, listed in own.items()
            if (at := model.get(_general(name, domain))) is not None and at.order < in_model.order
        ]
        return max(before, default=(-1, -1))[1], in_model.order

    def _of_associated(self, name: str) -> Mapping[str, StandardVariable]:
        """The variables of a dataset of associated persons: those of its domain, of a person.

        APID stands for USUBJID, in SUPP-- too, and what relates the person to the subject follows;
        the guide expects none of the others. Of DM there is what is no matter of a trial
        (SDTMIG-AP 1.0). Empty for other datasets.
        """
        persons = [StandardVariable(name, 0, *row.values()) for row in _rows_of_persons()]
        if name.startswith("SUPP") and self.of_associated(name.removeprefix("SUPP")):
            return {
                v.variable: replace(v, dataset=name)
                for listed in self._variables["SUPPQUAL"].values()
                for v in [replace(persons[0], order=listed.order)
                          if listed.variable == "USUBJID"
                          else replace(listed, codelists=())
                          if listed.variable == "RDOMAIN"
                          else listed]
            }  # fmt: skip
        of = self.of_associated(name)
        if not of:
            return {}
        in_domain = {v.variable: v for v in self._variables[of].values()}
        domain = replace(in_domain["DOMAIN"], values=(name[:4],))
        identifiers = [in_domain["STUDYID"], domain, *persons]
        own = [
            replace(v, core="Req" if v.core == "Req" else "Perm")
            for v in in_domain.values()
            if v.variable not in ("STUDYID", "DOMAIN", "USUBJID", "POOLID")
            and (of != "DM" or v.variable in _OF_PERSONS)
        ]
        if of == "DM":
            own = [replace(v, core="Perm") for v in own]
        return {
            v.variable: replace(v, dataset=name, order=number)
            for number, v in enumerate([*identifiers, *own], start=1)
        }

    def suffix(self, dataset: str, variable: str) -> StandardVariable | None:
        """The rule for a user-defined timing variable by its longest suffix, or None.

        Its `variable` is the suffix (*SDT) and its `label` a description in braces; what counts
        is its type and codelist.

        >>> standard("ADaMIG", "1.3").suffix("BDS", "RESPSDT").variable
        '*SDT'
        """
        rules = [
            rule
            for name, rule in self._variables.get(_shape(dataset), {}).items()
            if name.startswith("*") and variable.endswith(name[1:]) and variable != name[1:]
        ]
        return max(rules, key=lambda rule: len(rule.variable), default=None)


def check_standard(name: str, version: str, place: str) -> None:
    """SpecError, at `place`, for a guide that cdisckit does not carry."""
    if GUIDES.get(name) != version:
        raise SpecError(
            f"the standard {name} {version} is not known",
            where=place,
            remedy=f"known versions: {', '.join(' '.join(guide) for guide in GUIDES.items())}",
        )


@cache
def standard(name: str, version: str) -> Standard:
    """A guide by name and version.

    SpecError when cdisckit does not carry it.
    """
    check_standard(name, version, "")
    file = f"{name.lower()}-{version}"
    datasets = {row["dataset"]: _dataset(row) for row in _rows(f"{file}-datasets.csv")}
    variables: dict[str, dict[str, StandardVariable]] = {dataset: {} for dataset in datasets}
    for row in _rows(f"{file}.csv"):
        variables[row["dataset"]][row["variable"]] = _variable(row)
    return Standard(
        name=name,
        version=version,
        datasets=MappingProxyType(datasets),
        _variables=MappingProxyType(
            {dataset: MappingProxyType(of_dataset) for dataset, of_dataset in variables.items()}
        ),
        _patterns=MappingProxyType(
            {
                dataset: tuple(
                    (_pattern(variable), of_dataset[variable])
                    for variable in of_dataset
                    if _PLACEHOLDER.search(variable)
                )
                for dataset, of_dataset in variables.items()
            }
        ),
        _model=_model(MODELS.get((name, version), "")),
    )


def latest(name: str) -> Standard:
    """The latest version of a guide, SDTMIG or ADaMIG.

    >>> latest("SDTMIG").version
    '3.4'
    """
    return standard(name, GUIDES[name])


def _shape(dataset: str) -> str:
    """The name under which a dataset stands in the guide: every SUPP-- is SUPPQUAL."""
    return "SUPPQUAL" if dataset.startswith("SUPP") and len(dataset) > len("SUPP") else dataset


@cache
def _model(version: str) -> Mapping[str, Mapping[str, ModelVariable]]:
    """The variables of each general class, by their general names (--TESTCD), in order."""
    if not version:
        return {}
    rows = [*_rows(f"sdtm-{version}.csv")]
    classes: dict[str, Mapping[str, ModelVariable]] = {}
    for class_ in ("INTERVENTIONS", "EVENTS", "FINDINGS"):
        general = [row for row in rows if row["class"] == "GENERAL"]
        listed = [
            *(row for row in general if row["role"] == "Identifier"),
            *(row for row in rows if row["class"] == class_),
            *(row for row in general if row["role"] == "Timing"),
        ]
        classes[class_] = {
            row["variable"]: ModelVariable(
                dataset=class_,
                order=number,
                variable=row["variable"],
                label=row["label"],
                type=cast("Literal['Char', 'Num']", row["type"]),
                role=row["role"],
                core="Perm",
                codelists=(),
                format=row["format"],
                values=(),
                only=tuple(row["only"].split()),
                never=tuple(row["never"].split()),
            )
            for number, row in enumerate(listed)
        }
    return classes


def _general(variable: str, domain: str) -> str:
    """The name of a variable in the model: VSTESTCD is --TESTCD in VS."""
    own = domain and variable.startswith(domain) and len(variable) > len(domain)
    return f"--{variable.removeprefix(domain)}" if own else variable


@cache
def needed_beside(variable: str, domain: str, class_: str) -> tuple[tuple[str, str], ...]:
    """The variables that a variable of SDTM stands beside only, each with the rules that say so.

    >>> needed_beside("VSTPT", "VS", "FINDINGS")
    (('VSTPTNUM', 'CG0468'),)
    """
    return tuple(
        (row["needs"].replace("--", domain, 1), row["rules"])
        for row in _rows("sdtm-presence.csv")
        if row["variable"] == _general(variable, domain)
        and class_ in (row["classes"].split() or [class_])
        and domain not in row["but_not"].split()
    )


@cache
def _narrowed() -> Mapping[str, tuple[str, ...]]:
    return {row["variable"]: tuple(row["values"].split()) for row in _rows("sdtm-values.csv")}


def narrowed(variable: str, domain: str) -> tuple[str, ...]:
    """The values of its codelist that a variable of SDTM may have; () where it may have them all.

    >>> narrowed("VSLOBXFL", "VS"), narrowed("VSORRES", "VS")
    (('Y',), ())
    """
    return _narrowed().get(variable) or _narrowed().get(_general(variable, domain), ())


@cache
def _rows_of_persons() -> tuple[Mapping[str, Any], ...]:
    """The variables of associated persons (SDTMIG-AP 1.0), as `StandardVariable` takes them."""
    names = ("variable", "label", "type", "role", "core", "codelists", "format", "values")
    rows = (
        ("APID", "Associated Persons Identifier", "Char", "Identifier", "Req", (), "", ()),
        ("RSUBJID", "Related Subject", "Char", "Identifier", "Exp", (), "", ()),
        ("RDEVID", "Related Device", "Char", "Identifier", "Perm", (), "", ()),
        ("SREL", "Subject, Device, or Study Relationship", "Char", "Record Qualifier", "Req",
         ("C100130",), "", ()),
    )  # fmt: skip
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


@cache
def countries() -> tuple[str, ...]:
    """The codes of countries in three letters (ISO 3166-1 alpha-3)."""
    return tuple(row["code"] for row in _rows("countries.csv"))


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _dataset(row: dict[str, str]) -> StandardDataset:
    return StandardDataset(
        name=row["dataset"],
        label=row["label"],
        class_=row["class"],
        structure=row["structure"],
        repeating=row["repeating"] == "Yes",
        reference=row["reference"] == "Yes",
    )


def _variable(row: dict[str, str]) -> StandardVariable:
    return StandardVariable(
        dataset=row["dataset"],
        order=int(row["order"]),
        variable=row["variable"],
        label=row["label"],
        type=cast("Literal['Char', 'Num']", row["type"]),
        role=row.get("role", ""),
        core=row["core"],
        codelists=tuple(row["codelist"].split()),
        format=row.get("format", ""),
        values=tuple(row["values"].split()),
    )


def _filled(label: str, match: re.Match[str]) -> str:
    """A label with the digits that a name has in place of its placeholders."""
    digits = match.groupdict()
    return _PLACEHOLDER_WORD.sub(lambda word: digits.get(word[1], word[1]), label)


def _pattern(variable: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(lambda match: _DIGITS[match[0]], variable))

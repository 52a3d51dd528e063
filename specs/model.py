"""The specification of a study, resolved: what every other part reads off.

Study ─ Dataset ─┬─ Block (the records it is made of, with the names bound to their fields)
                 ├─ Variable ─ Rule ─ Where
                 └─ Parameter ─ Rule

What stands in the standard's tables (label, type, role, core, codelist, order) has been filled in
by `specs.load`; what a study decides comes from its files. All nouns are frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from specs.encodings import ASCII
from specs.errors import SpecError, did_you_mean
from specs.shown import counted, html_grid
from specs.standards import ASSOCIATED
from specs.where import conditions_text, renamed
from specs.working import working_names, working_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from specs.analyses import Analysis, Display
    from specs.derivation import Derivation
    from specs.terminology import Codelist
    from specs.where import Condition, Where


class Origin(StrEnum):
    """The verbs of a rule, which are the origins of Define-XML."""

    COLLECTED = "collected"
    DERIVED = "derived"
    ASSIGNED = "assigned"
    PROTOCOL = "protocol"
    PREDECESSOR = "predecessor"


# The context of a collected record, as submission text names it.
CONTEXT_WORDS = {
    "@subject": "the subject identifier of the collected record",
    "@event": "the event of the collected record",
    "@event_repeat": "the repeat of the event of the collected record",
    "@form_repeat": "the repeat of the form of the collected record",
    "@group_repeat": "the repeat of the item group of the collected record",
    "@status": "the status of the form of the collected record",
    "@visitnum": "the visit number of the collected record",
    "@visit": "the visit of the collected record",
    "@visitdy": "the planned study day of the visit of the collected record",
}


@dataclass(frozen=True)
class Rule:
    """How values come about: a verb, its sources, and for derivations a function and constants.

    `sources` are written as in the spec: a field of the raw form, a name bound by the block,
    `join.field`, a variable of the same dataset, `DM.RFSTDTC`, in ADaM also `SLEDTOT.CHG`.
    `when` restricts the rule to records of the dataset, `where` the records it reads elsewhere.
    `working` has the rules of each working value, which is not submitted, that the rule reads.
    """

    origin: Origin
    sources: tuple[str, ...] = ()
    constant: str | int | float | None = None
    derivation: Derivation | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    origin_source: str = "Sponsor"
    read_as: Literal["label", "code"] = "label"  # how a coded answer is read
    when: tuple[Condition, ...] = ()
    where: tuple[Condition, ...] = ()
    place: str = ""
    working: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    codelist: str = ""  # the list in which an answer is read, where it is not the variable's

    def __repr__(self) -> str:
        sources = ", ".join(self.sources)
        if self.derivation is not None:
            what = f"{self.derivation.name} from {sources}"
        else:
            what = sources if self.constant is None else repr(self.constant)
        return f"<Rule {self.origin.value} {what}{' under a condition' if self.when else ''}>"

    def method_text(self) -> str:
        """What the rule gives, and what the working values are that it reads."""
        names = working_names(self)
        texts = [self._text(names)]
        for name, rules in working_rules(self).items():
            steps = " Else: ".join(rule._text_where(names) for rule in rules)
            texts.append(f"{names[name][0].upper()}{names[name][1:]}: {steps}")
        return " ".join(texts)

    def condition_text(self, names: Mapping[str, str] | None = None) -> str:
        """Its condition as reviewers read it, working values by what they are called."""
        called = working_names(self) if names is None else names
        return conditions_text(renamed(self.when, lambda name: called.get(name, name)))

    def _text_where(self, names: Mapping[str, str]) -> str:
        when, text = self.condition_text(names), self._text(names)
        return f"Where {when}: {text}" if when else text

    def _text(self, names: Mapping[str, str]) -> str:
        """What the rule gives, in a sentence that calls working values by these names."""
        sources = [names.get(source, CONTEXT_WORDS.get(source, source)) for source in self.sources]
        if self.derivation is not None:
            text = self.derivation.method_text(sources, self.arguments)
            return f"{text[:1].upper()}{text[1:]}" if self.working else text
        if self.constant is not None:
            return f'The constant "{self.constant}".'
        named = " and ".join(sources)
        return f"{named}, as collected." if self.origin is Origin.COLLECTED else f"{named}."


@dataclass(frozen=True)
class Variable:
    """One variable of a dataset, or one qualifier (QNAM) of a supplemental dataset."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    role: str = ""
    core: str = ""
    codelist: str = ""  # name of a codelist of the study's terminology
    value_domain: str = ""  # e.g. ISO 8601
    length: int | None = None  # planned length in bytes; None: measured
    format: str = ""  # SAS display format
    comment: str = ""
    rules: tuple[Rule, ...] = ()
    place: str = ""
    standard: bool = True  # is in the standard's tables
    own_type: bool = True  # not so: of ADaM, nowhere said; text, or as what it is taken from
    data_type: str = ""  # of Define-XML, as planned; "": told by type, and by the values
    digits: int | None = None  # planned decimals
    values: tuple[Value, ...] = ()  # its value level, where the study declares one
    blank: bool = False  # is there because the guide expects it; the study has no data for it

    def __repr__(self) -> str:
        verbs = "".join(f", {verb}" for verb in _verbs(self))
        return f"<Variable {self.name}: {self.label}, {self.type}{verbs}>"

    @property
    def own_rules(self) -> tuple[Rule, ...]:
        """The rules beside those of the value level."""
        of_values = [rule for value in self.values for rule in value.scoped]
        return tuple(rule for rule in self.rules if rule not in of_values)

    @property
    def mandatory(self) -> bool:
        """Whether the standard requires a value in every record."""
        return self.core == "Req"

    @property
    def is_date(self) -> bool:
        """Whether the values are ISO 8601 texts."""
        return self.value_domain.startswith("ISO 8601 date")


@dataclass(frozen=True)
class Value:
    """The values of a variable in the records that meet a condition: a line of value level.

    `described` has the variable's name; its rules are without the condition, `scoped` with it.
    """

    where: tuple[Where, ...]
    described: Variable

    @property
    def scoped(self) -> tuple[Rule, ...]:
        """The rules for these values, as rules of the variable."""
        listed = self.described.codelist
        return tuple(
            replace(r, when=(*self.where, *r.when), codelist=listed) for r in self.described.rules
        )

    @property
    def name(self) -> str:
        """What tells the value from others of the variable: `ALT` where LBTESTCD EQ ALT."""
        if len(self.where) == 1 and self.where[0].comparator.value == "EQ":
            return ".".join(self.where[0].values)
        return ".".join(".".join((w.variable, w.comparator.value, *w.values)) for w in self.where)


@dataclass(frozen=True)
class Join:
    """Records of another form, dataset or table beside the main ones, at most one for each.

    `by` has pairs of what they share: a field of the one and a field of the other, or for both the
    context (`subject`, `event`). With `first` or `last` the earliest or latest record by that
    field is taken; else none is where there are several, with a finding.
    """

    name: str
    form: str
    by: tuple[tuple[str, str], ...] = (("subject", "subject"),)
    where: tuple[Condition, ...] = ()
    first: str = ""
    last: str = ""
    place: str = ""


@dataclass(frozen=True)
class Block:
    """Records a dataset is made of: those of one form or dataset that meet a condition.

    `form` may also be `@name`, a table of the study: it makes records without collected data.

    `bind` gives names to fields, so that one rule serves several forms or tests; `assign` gives
    variables a constant for the records of this block. A findings dataset has a block per test.
    `among` names fields with the form or dataset, and the field there, of which the same subject
    must have the value, for a record to be taken.
    `distinct` names what tells records apart (fields, bound names, or context as `@subject`): of
    several that agree in all of it the first or last collected is kept, the others are left out.
    `group_by` makes those that agree one record; `collapse` says for fields that differ what
    counts: first, last, min, max, joined, or values that count if any record has them.
    """

    form: str
    where: tuple[Condition, ...] = ()
    among: tuple[tuple[str, str, str], ...] = ()
    joins: tuple[Join, ...] = ()
    bind: Mapping[str, str] = field(default_factory=dict)
    assign: Mapping[str, str | int | float] = field(default_factory=dict)
    rule: Rule | None = None  # records made by a derivation of scope "dataset"
    ticked: str = ""  # a checkbox field: a record for each box that is ticked
    distinct: tuple[str, ...] = ()  # of records that agree in these one is kept
    keep: Literal["first", "last"] = "first"
    group_by: tuple[str, ...] = ()
    collapse: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an ADaM dataset: records taken over (`where`) or derived (`rule`).

    `per` names what a derived parameter has one record for: the variables that identify an
    assessment; of a dataset made as a grid it is empty, for a record on each of the grid.
    `variable_rules` are those that the parameter gives for variables of its records, in place of
    those of the dataset; none for a variable without values. They are among the rules of the
    variables. Records of a parameter that is not `dated` bring their ADT themselves.
    """

    code: str
    label: str
    number: int
    category: str = ""
    codelist: str = ""
    where: tuple[Condition, ...] = ()
    rule: Rule | None = None
    per: tuple[str, ...] = ()
    variable_rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    dated: bool = True
    place: str = ""


@dataclass(frozen=True)
class Dataset:
    """A dataset of the package."""

    name: str
    domain: str
    label: str
    class_: str
    structure: str
    purpose: Literal["Tabulation", "Analysis"]
    standard: str  # SDTMIG or ADaMIG
    keys: tuple[str, ...]
    blocks: tuple[Block, ...]
    variables: tuple[Variable, ...]
    supplemental: tuple[Variable, ...] = ()
    working: tuple[Variable, ...] = ()  # what rules read and is not submitted
    parameters: tuple[Parameter, ...] = ()
    first_parameter: bool = False  # of several that a record meets the first listed counts
    not_submitted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # form: fields
    repeating: bool = True
    reference: bool = False
    comment: str = ""
    file: str = ""
    parent: str = ""  # for SUPP--: the dataset whose qualifiers it holds

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {self.label}, {counted(len(self.variables), 'variable')}>"

    def _repr_html_(self) -> str:
        """Its variables."""
        rows = [
            (v.name, v.label, v.type, v.role, v.core, v.codelist, ", ".join(_verbs(v)))
            for v in self.variables
        ]
        head = ("Variable", "Label", "Type", "Role", "Core", "Codelist", "Origin")
        return html_grid(repr(self)[1:-1], head, rows, f"Keys: {', '.join(self.keys)}")

    @property
    def code(self) -> str:
        """DOMAIN, by which the guide knows it: APMH of associated persons, whose prefix is MH."""
        own = self.parent or self.name
        persons = self.purpose == "Tabulation" and own.startswith(f"{ASSOCIATED}{self.domain}")
        return own[:4] if persons and len(self.domain) == 2 else self.domain

    @property
    def person(self) -> str:
        """The identifier of whom the records are of: USUBJID, or APID of associated persons."""
        return "USUBJID" if self.code == self.domain else "APID"

    def variable(self, name: str) -> Variable:
        """The variable of that name; SpecError if the dataset has none."""
        for variable in (*self.variables, *self.working):
            if variable.name == name:
                return variable
        raise SpecError(
            f"{self.name} has no {name}",
            where=self.file,
            remedy=did_you_mean(name, [v.name for v in self.variables]),
        )

    def place_of(self, name: str) -> str:
        """Where a variable, qualifier or working value is written; else the file."""
        written = (*self.variables, *self.supplemental, *self.working)
        return next((v.place for v in written if v.name == name and v.place), self.file)

    def has(self, name: str) -> bool:
        """Whether the dataset has a variable of that name."""
        return any(variable.name == name for variable in self.variables)


def _verbs(variable: Variable) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.origin.value for rule in variable.rules))


@dataclass(frozen=True)
class StudyCodelist:
    """A codelist as this study uses it.

    `codelist` holds the terms, those of the standard and the sponsor's own; `extended` names the
    sponsor's terms in a list of the standard; `own` maps collected texts to submission values.
    A `restricted` list has been cut to the terms that the study permits: all of them are possible.
    `of` names the lists that it was put together from, each of which counts for some records.
    """

    name: str
    codelist: Codelist
    standard: str = ""  # "SDTM" or "ADaM" terminology, "" for a sponsor's list
    extended: frozenset[str] = frozenset()
    own: Mapping[str, str] = field(default_factory=dict)
    restricted: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawSource:
    """Where raw data come from: the reader's name and its options as study.yaml gives them."""

    name: str
    reader: str
    options: Mapping[str, Any]
    place: str = ""


@dataclass(frozen=True)
class Visit:
    """A planned visit: the event of the raw data and how SDTM names it."""

    event: str
    visitnum: float
    visit: str
    visitdy: int | None = None


@dataclass(frozen=True)
class Document:
    """A document the package refers to."""

    id: str
    title: str
    href: str


@dataclass(frozen=True)
class Dictionary:
    """A dictionary that codes values: MedDRA and others that are no controlled terminology.

    `variables` are those it codes, beside the ones for which the standard itself names it. `files`
    is the folder of the user's own copy, "" if there is none.
    """

    name: str  # as Define-XML names it (C66788): MedDRA, WHODD, LOINC
    version: str
    variables: tuple[str, ...] = ()
    files: str = ""


@dataclass(frozen=True)
class Explanation:
    """Why findings stay: they match when every given column equals the finding's.

    `status` is "accepted" where they may stay in a final package, else "open".
    """

    match: Mapping[str, str]
    reason: str
    status: str = "open"
    place: str = ""


@dataclass(frozen=True)
class Study:
    """A study's whole specification."""

    folder: Path
    id: str
    title: str
    description: str
    protocol: str
    usubjid: str  # pattern with {study} and {subject}
    standards: Mapping[str, str]  # SDTMIG: "3.4"
    terminology: Mapping[str, str]  # SDTM: "2025-03-28"
    data_cut: date
    synthetic: str  # what must be said wherever data are shown; "" for real data
    sources: tuple[RawSource, ...]
    visits: tuple[Visit, ...]
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]  # windows and the like, for `with`
    datasets: tuple[Dataset, ...]
    codelists: Mapping[str, StudyCodelist]
    not_submitted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unscheduled: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    unscheduled_place: str = ""
    not_read: tuple[str, ...] = ()  # files beside the raw data that are none
    table_files: tuple[str, ...] = ()  # the files that `tables` are read from
    documents: tuple[Document, ...] = ()
    dictionaries: tuple[Dictionary, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    displays: tuple[Display, ...] = ()
    files: tuple[Path, ...] = ()
    encoding: str = ASCII  # of the texts in transport files
    replace: Mapping[str, str] = field(default_factory=dict)  # what stands for a character

    def __repr__(self) -> str:
        counts = " and ".join(
            f"{len(self.of(standard))} {name}"
            for standard, name in (("SDTMIG", "SDTM"), ("ADaMIG", "ADaM"))
        )
        return f"<Study {self.id}: {counts} datasets>"

    def _repr_html_(self) -> str:
        """Its datasets."""
        rows = [(d.name, d.label, d.class_, len(d.variables), d.structure) for d in self.datasets]
        head = ("Dataset", "Label", "Class", "Variables", "Structure")
        return html_grid(f"{self.id}: {self.title}", head, rows, self.synthetic)

    def dataset(self, name: str) -> Dataset:
        """The dataset of that name; SpecError if the study has none."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise SpecError(
            f"the study has no dataset {name}",
            remedy=did_you_mean(name, [d.name for d in self.datasets]),
        )

    def has(self, name: str) -> bool:
        """Whether the study has a dataset of that name."""
        return any(dataset.name == name for dataset in self.datasets)

    def of(self, standard: str) -> tuple[Dataset, ...]:
        """The datasets of one standard, SDTMIG or ADaMIG, in the order of their files."""
        return tuple(d for d in self.datasets if d.standard == standard)

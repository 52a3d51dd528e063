"""From what a dataset's file says of a variable to the variable, as the guide completes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from specs.errors import SpecError, did_you_mean
from specs.model import Value, Variable
from specs.rule_files import RuleResolver, check_number
from specs.rule_models import NUMERIC

if TYPE_CHECKING:
    from specs.rule_models import VariableModel
    from specs.standards import StandardVariable


@dataclass(frozen=True)
class VariableResolver(RuleResolver):
    """Resolves the variables of one dataset's file."""

    def _variable(self, name: str, model: VariableModel, section: str) -> Variable:
        """A variable as written, with what the guide says of it."""
        place = self.file.place(section, name)
        in_guide = self._in_guide(name, model, place) if section == "variables" else None
        label = model.label or (in_guide.label if in_guide else "")
        inherits = any(rule.predecessor for rule in model.all_rules)
        if not label and not inherits and section != "working":
            raise SpecError(
                f"{name} has no label and is not in the standard",
                where=place,
                remedy="give it a label of at most 40 characters",
            )
        kind = model.type or (in_guide.type if in_guide else "Char")
        variable = Variable(
            name=name,
            label=label,
            type="Num" if kind in NUMERIC else "Char",
            role=model.role or (in_guide.role if in_guide else ""),
            core=model.core or (in_guide.core if in_guide else ""),
            codelist=self._codelist(name, model, in_guide, place),
            value_domain=in_guide.format if in_guide else "",
            length=model.length,
            format=model.format,
            comment=model.comment,
            rules=tuple(self.rules(name, model, section)),
            place=place,
            standard=in_guide is not None,
            own_type=bool(model.type or in_guide or self.tabulation or section == "working"),
            data_type="" if kind in ("Char", "Num") else kind,
            digits=model.digits,
        )
        if model.values:
            variable = self._with_values(variable, model, section)
        self._check_rules(variable)
        return variable

    def _in_guide(self, name: str, model: VariableModel, place: str) -> StandardVariable | None:
        """What the guide, else the SDTM model, says of a variable of that name."""
        in_guide = self.standard.variable(self.owner, name) or self._of_model(name)
        if in_guide is None and self.tabulation and not model.label:
            names = [v.variable for v in self.standard.variables(self.owner)]
            raise SpecError(
                f"{self.owner} has no {name} in {self.standard_name}",
                where=place,
                remedy=f"{did_you_mean(name, names)} What has no standard variable goes under"
                " supplemental",
            )
        return in_guide

    def _codelist(
        self, name: str, model: VariableModel, in_guide: StandardVariable | None, place: str
    ) -> str:
        """The codelist of a variable, as written or as the guide has it, remembered as used."""
        codelist = model.codelist
        if isinstance(codelist, tuple):
            of_guide = in_guide.codelists if in_guide else ()
            codelist = self.terminology.permitted(of_guide, codelist, name, place)
        elif codelist is None and in_guide is not None:
            codelist = self.terminology.choose(in_guide.codelists, name, place)
        if codelist:
            self.terminology.use(codelist, place)
        return codelist or ""

    def _check_rules(self, variable: Variable) -> None:
        """SpecError for a constant that does not fit, and for sources without a function."""
        for rule in variable.rules:
            self._check_constant(rule.constant, variable, variable.place)
            if rule.derivation is None and len(rule.sources) > (2 if variable.is_date else 1):
                raise SpecError(
                    f"{variable.name} is {rule.origin} from {', '.join(rule.sources)}",
                    where=variable.place,
                    remedy="give it one source (a date may have its time as the second),"
                    " or a list of rules",
                )

    def _with_values(self, variable: Variable, model: VariableModel, section: str) -> Variable:
        """The variable with its value level, whose rules go before its own."""
        values = []
        for number, line in enumerate(model.values):
            place = self.file.place(section, variable.name, "values", number)
            if line.codelist:
                self.terminology.use(str(line.codelist), place)
            kind = line.type or variable.type
            described = replace(
                variable,
                label=line.label,
                type="Num" if kind in NUMERIC else "Char",
                data_type="" if kind in ("Char", "Num") else kind,
                codelist=str(line.codelist or ""),
                length=line.length,
                digits=line.digits,
                format=line.format,
                comment=line.comment,
                rules=tuple(self.rule(rule, place) for rule in line.all_rules),
                place=place,
            )
            values.append(Value(line.when, described))
        scoped = tuple(rule for value in values for rule in value.scoped)
        return replace(variable, values=tuple(values), rules=(*scoped, *variable.rules))

    def _check_constant(self, constant: Any, variable: Variable, place: str) -> None:
        """SpecError for text as a number, and for what is no term of the variable's codelist."""
        if variable.type == "Num":
            check_number(constant, variable.name, place)
        if variable.codelist and constant not in (None, ""):
            codelist = self.terminology.use(variable.codelist, place).codelist
            if str(constant) not in codelist:
                remedy = did_you_mean(str(constant), codelist.values)
                if codelist.extensible:
                    remedy += f"; a term of your own goes under extend: of {variable.codelist}"
                raise SpecError(
                    f"{variable.name} is {constant}, which is not a term of {variable.codelist}",
                    where=place,
                    remedy=remedy,
                )

    def _of_model(self, name: str) -> StandardVariable | None:
        """A variable of the SDTM model that the guide's table of the domain lacks.

        The model lets every domain use the variables of its class (SDTMIG 3.4, section 3.2.1).
        What it does not let this one use is described all the same, and told by `specs.limits`.
        """
        if not self.tabulation:
            return None
        classes = (self.class_, "EVENTS")
        candidates = (self.standard.model_variable(self.domain, class_, name) for class_ in classes)
        return next((candidate for candidate in candidates if candidate is not None), None)

    @property
    def class_(self) -> str:
        """The class of the dataset: as the file says, else as the guide has it."""
        in_guide = self.standard.dataset(self.owner)
        return self.model.class_ or (in_guide.class_ if in_guide else "ADAM OTHER")

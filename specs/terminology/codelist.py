"""Codelists and terms of controlled terminology, and how they are looked up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from specs.errors import TerminologyError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ADD_PACKAGE = "add the whole package as NCI EVS publishes it with `cdisckit ct add FILE`"


class Term(NamedTuple):
    """A term: its C-code ("" for a sponsor's own), submission value, preferred term, synonyms."""

    code: str
    value: str
    preferred: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def decode(self) -> str:
        """The preferred term, or the submission value where there is none."""
        return self.preferred or self.value


@dataclass(frozen=True)
class Codelist:
    """A codelist: its C-code, short name (NY), title (No Yes Response) and terms."""

    code: str
    name: str
    title: str
    extensible: bool
    terms: tuple[Term, ...] = field(repr=False)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The submission values, in the package's order."""
        return tuple(term.value for term in self.terms)

    @cached_property
    def _by_value(self) -> dict[str, Term]:
        return {term.value: term for term in self.terms}

    def term(self, value: str) -> Term | None:
        """The term with exactly this submission value, or None."""
        return self._by_value.get(value)

    def __contains__(self, value: object) -> bool:
        return value in self._by_value

    def extended(self, *terms: Term) -> Codelist:
        """The codelist with a sponsor's own terms after its own; only if it is extensible."""
        if terms and not self.extensible:
            added = ", ".join(term.value for term in terms)
            raise TerminologyError(
                f"the codelist {self.name} ({self.code}) is not extensible; {added} cannot be added"
            )
        present = [term.value for term in terms if term.value in self]
        if present:
            raise TerminologyError(
                f"the codelist {self.name} ({self.code}) already has {', '.join(present)}"
            )
        return replace(self, terms=self.terms + terms)


@dataclass(frozen=True)
class Package:
    """One package of one date.

    `whole` is False for the shipped selection of codelists. `rows` has, by C-code of the codelist,
    the lines of the package's table, the codelist's own line first.
    """

    name: str
    version: str
    path: Path
    whole: bool
    rows: Mapping[str, list[list[str]]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Terminology:
    """The packages a study uses, searched in the order given."""

    packages: tuple[Package, ...]

    @cached_property
    def _codes(self) -> dict[str, str]:
        """C-code by short name."""
        return {
            lines[0][3]: code
            for package in reversed(self.packages)
            for code, lines in package.rows.items()
        }

    @cached_property
    def _built(self) -> dict[str, Codelist]:
        return {}

    def __contains__(self, name: object) -> bool:
        code = self._codes.get(name, name) if isinstance(name, str) else name
        return any(code in package.rows for package in self.packages)

    def codelist(self, name: str) -> Codelist:
        """A codelist by C-code (C66742) or by short name (NY).

        TerminologyError when no package here has it.
        """
        code = self._codes.get(name, name)
        if code not in self._built:
            self._built[code] = _codelist(self._rows(code, name))
        return self._built[code]

    def package(self, name: str) -> Package | None:
        """The package in which a codelist stands, or None."""
        code = self._codes.get(name, name)
        return next((package for package in self.packages if code in package.rows), None)

    def decode(self, code_list: str, name_list: str, value: str) -> str | None:
        """The name (--TEST) that goes with a code (--TESTCD), or None."""
        return paired(self.codelist(code_list), self.codelist(name_list)).get(value)

    def _rows(self, code: str, name: str) -> list[list[str]]:
        package = self.package(code)
        if package is not None:
            return package.rows[code]
        versions = " and ".join(f"{held.name} {held.version}" for held in self.packages)
        remedy = did_you_mean(name, self._codes)
        if not all(held.whole for held in self.packages):
            end = "" if remedy.endswith("?") else "."
            remedy += f"{end} A selection is shipped; {ADD_PACKAGE}"
        raise TerminologyError(f"no codelist {name} in {versions}", remedy=remedy)


def paired(code_list: Codelist, name_list: Codelist) -> dict[str, str]:
    """The names that go with the codes of a pair of codelists, which share their C-codes.

    LBTESTCD and LBTEST, for one: {"GLUC": "Glucose", ...}. A code without a name is left out.
    """
    names = {term.code: term.value for term in name_list.terms if term.code}
    return {term.value: names[term.code] for term in code_list.terms if term.code in names}


def _codelist(rows: list[list[str]]) -> Codelist:
    _, code, extensible, name, title, _ = rows[0]
    terms = tuple(
        Term(term, value, preferred, tuple(synonyms.split("; ")) if synonyms else ())
        for _, term, _, value, preferred, synonyms in rows[1:]
    )
    return Codelist(code, name, title, extensible == "Yes", terms)

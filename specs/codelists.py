"""The codelists a study uses: those of the standard, with the sponsor's terms, and its own."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from specs.errors import SpecError, TerminologyError, did_you_mean
from specs.model import StudyCodelist
from specs.terminology import Codelist, Term, load_terminology, paired

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from specs.files import CodelistFile
    from specs.terminology import Terminology


class StudyTerminology:
    """Collects the codelists that the specification of one study refers to."""

    def __init__(
        self, standard: Terminology, own: Mapping[str, CodelistFile], place: Callable[..., str]
    ) -> None:
        self._standard = standard
        self._own = own
        self._place = place
        self._used: dict[str, StudyCodelist] = {}

    @classmethod
    def of(
        cls, versions: Mapping[str, str], own: Mapping[str, CodelistFile], place: Callable[..., str]
    ) -> StudyTerminology:
        """The terminology of the given versions (SDTM, ADaM) with what terminology.yaml adds.

        `place` tells where in that file a list is, and what is said of it: `place("SEX", "only")`.
        """
        standard = load_terminology(sdtm=versions.get("SDTM"), adam=versions.get("ADaM"))
        return cls(standard, own, place)

    def choose(self, codes: tuple[str, ...], variable: str, place: str) -> str | None:
        """The name of the one list the standard gives a variable; None if it gives none."""
        if not codes:
            return None
        names = [self._standard.codelist(code).name for code in codes]
        if len(names) > 1:
            raise SpecError(
                f"the standard lets {variable} use {', '.join(names)}",
                where=place,
                remedy="choose one with codelist:",
            )
        return names[0]

    def permitted(
        self, codes: tuple[str, ...], among: tuple[str, ...], variable: str, place: str
    ) -> str:
        """Those of some lists that the standard lets a variable use, as one, or an own list."""
        permitted = {self._standard.codelist(code).name for code in codes}
        names = tuple(
            name
            for name in among
            if name in permitted
            or ((own := self._own.get(name)) is not None and (own.of in permitted or not codes))
        )
        if not names:
            raise SpecError(
                f"the standard lets it use none of {', '.join(among)}",
                where=place,
                remedy=f"choose from {', '.join(sorted(permitted)) or 'lists of the study'}",
            )
        return names[0] if len(names) == 1 else self.joined(names, variable, place)

    def joined(self, names: tuple[str, ...], variable: str, place: str) -> str:
        """A list of the terms of several lists, each for some records, named after the variable."""
        lists = [self.use(name, place) for name in names]
        terms = {term.value: term for used in lists for term in used.codelist.terms}
        own = {text: value for used in lists for text, value in used.own.items()}
        codelist = Codelist(
            code="",
            name=variable,
            title="; ".join(dict.fromkeys(used.codelist.title for used in lists)),
            extensible=any(used.codelist.extensible for used in lists),
            terms=tuple(terms.values()),
        )
        of = names if any(used.standard for used in lists) else ()
        self._used[variable] = StudyCodelist(variable, codelist, own=MappingProxyType(own), of=of)
        return variable

    def use(self, name: str, place: str) -> StudyCodelist:
        """The codelist of that name, remembered as used."""
        if name not in self._used:
            self._used[name] = self._resolved(name, place)
        return self._used[name]

    def used(self) -> Mapping[str, StudyCodelist]:
        """All codelists used so far, by name."""
        return MappingProxyType(dict(sorted(self._used.items())))

    def decode(self, codes: str, names: str, value: object) -> str | None:
        """The name (--TEST) that goes with a code (--TESTCD), or None."""
        if not codes or not names:
            return None
        code_list, name_list = self.use(codes, "").codelist, self.use(names, "").codelist
        return paired(code_list, name_list).get(str(value))

    def check_names(self) -> None:
        """SpecError for a list of the study's without terms, or with a map to what is no term."""
        for name, entry in self._own.items():
            codelist = self._resolved(name, self._place(name)).codelist
            for text, value in entry.collected.items():
                if value not in codelist:
                    raise SpecError(
                        f"{name}: {text} is collected as {value}, which is not a term of the list",
                        where=self._place(name, "collected", text),
                        remedy=did_you_mean(value, codelist.values),
                    )

    def _resolved(self, name: str, place: str) -> StudyCodelist:
        """The list of that name: the study's own, the standard's, or the standard's as adapted."""
        entry = self._own.get(name)
        if entry is not None and not entry.of and not self._in_standard(name):
            if not entry.terms:
                raise SpecError(
                    f"{name} is not a codelist of the standard and has no terms",
                    where=self._place(name),
                    remedy="list its terms, or name the standard's list with of:",
                )
            terms = tuple(_own_term(value, decode) for value, decode in entry.terms.items())
            codelist = Codelist(
                code="", name=name, title=entry.label or name, extensible=False, terms=terms
            )
            return StudyCodelist(name, codelist, own=MappingProxyType(entry.collected))
        base = self._base(entry.of if entry is not None and entry.of else name, place)
        if entry is None:
            return StudyCodelist(name, base, standard=self._package(base))
        if entry.terms:
            raise SpecError(
                f"{name} is a codelist of the standard, which has its terms",
                where=self._place(name),
                remedy="add to them with extend:, choose from them with only:, or rename the list",
            )
        return self._adapted(name, base, entry)

    def _adapted(self, name: str, base: Codelist, entry: CodelistFile) -> StudyCodelist:
        """A list of the standard with the study's own terms, or with some of its terms only."""
        terms = base.terms
        if entry.only:
            values = {term.value for term in terms}
            for value in entry.only:
                if value not in values:
                    raise SpecError(
                        f"{base.name} has no {value}",
                        where=self._place(name, "only"),
                        remedy=did_you_mean(value, values),
                    )
            terms = tuple(term for term in terms if term.value in entry.only)
        own = (_own_term(value, decode) for value, decode in entry.extend.items())
        try:
            codelist = replace(base, terms=terms).extended(*own)
        except TerminologyError as error:
            raise SpecError(
                error.what,
                where=self._place(name, "extend"),
                remedy="map the collected text to one of its terms with collected:",
            ) from None
        own_title = base.title if name in (base.name, base.code) else f"{base.title} ({name})"
        return StudyCodelist(
            name,
            replace(codelist, title=entry.label or own_title),
            standard=self._package(base),
            extended=frozenset(entry.extend),
            own=MappingProxyType(entry.collected),
            restricted=bool(entry.only),
        )

    def _in_standard(self, name: str) -> bool:
        return name in self._standard

    def _base(self, name: str, place: str) -> Codelist:
        try:
            return self._standard.codelist(name)
        except TerminologyError as error:
            raise SpecError(error.what, where=place, remedy=error.remedy) from None

    def _package(self, codelist: Codelist) -> str:
        package = self._standard.package(codelist.code)
        return package.name if package else ""


def _own_term(value: str, decode: str | None) -> Term:
    return Term(code="", value=value, preferred=decode or "")

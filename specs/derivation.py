"""Derivations: named Python functions whose docstring is the method text of define.xml.

A derivation is a plain function marked with `@derivation`. Its positional parameters are its
sources (Series), its keyword-only parameters the constants a spec gives under `with`. The first
paragraph of its docstring is submission text; names of parameters in braces are filled with the
sources and constants of the rule that calls it.
"""

from __future__ import annotations

import inspect
import pkgutil
import string
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from specs.errors import SpecError, did_you_mean, shortened
from specs.guard import guarded, module_name, raised_at
from specs.study_modules import SourceAlone, study_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    import pandas as pd

Function = TypeVar("Function", bound="Callable[..., Any]")

Scope = Literal["value", "record", "subject", "lookup", "dataset"]
Severity = Literal["error", "warning", "notice"]

_MARK = "__derivation__"


@dataclass(frozen=True)
class Outcome:
    """What a derivation returns when some values could not be derived as they should.

    `values` is its result, a Series, or for a parameter a frame whose first column is the value.
    `problems` has, on the same index, a sentence where a value is a finding and null elsewhere. The
    build turns each into a finding with subject and record.
    """

    values: Any
    problems: pd.Series | None = None


@dataclass(frozen=True)
class Derivation:
    """A derivation function with what a spec needs to know of it.

    `scope` tells what it is called with:

    - `record`: Series of one dataset, aligned; gives a Series on the same index
    - `value`: the same, and each value depends only on those beside it, so that it may be called
      with the distinct rows alone
    - `subject`: the Series of many records, then that of their subjects; gives a Series indexed by
      subject
    - `lookup`: Series of the records, and of all records of another dataset; gives a Series on the
      index of the first
    - `dataset`: frames; only functions that make records

    Texts are `str`. To a function that says it takes `categories` they may come as that, and it may
    give them, which spares it the texts of millions of records. `severity` is that of its findings.
    What a `certain` one gives does not count where one of its sources is missing for a finding.

    `declared` is the place of a study's function that was read and not run, see
    `specs.study_code`.
    """

    name: str
    function: Callable[..., Any]
    scope: Scope
    categories: bool = False
    severity: Severity = "error"
    certain: bool = False
    declared: str = ""

    def __reduce__(self) -> tuple[Callable[..., Derivation], tuple[Any, ...]]:
        """In another process a study's function is found by its file, any other by its module."""
        file = getattr(sys.modules.get(self.function.__module__), "__file__", None)
        if file and self.function.__module__ == module_name(Path(file)):
            return _of_study, (Path(file), self.name)
        given = (
            self.name,
            self.function,
            self.scope,
            self.categories,
            self.severity,
            self.certain,
            self.declared,
        )
        return Derivation, given

    @property
    def paragraph(self) -> str:
        """The first paragraph of the docstring, on one line, placeholders unfilled."""
        text = inspect.getdoc(self.function) or ""
        return " ".join(text.split("\n\n", 1)[0].split())

    @property
    def sources(self) -> tuple[inspect.Parameter, ...]:
        """The positional parameters (those a `from` fills), `*several` included."""
        kinds = (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.VAR_POSITIONAL,
        )
        found = tuple(p for p in self._signature.parameters.values() if p.kind in kinds)
        return found[:-1] if self.scope == "subject" else found

    @property
    def constants(self) -> tuple[inspect.Parameter, ...]:
        """The keyword-only parameters (those a `with` fills)."""
        return tuple(
            p
            for p in self._signature.parameters.values()
            if p.kind is inspect.Parameter.KEYWORD_ONLY
        )

    @property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    def method_text(self, sources: Iterable[str], constants: Mapping[str, Any]) -> str:
        """The docstring's first paragraph with the rule's sources and constants filled in."""
        named = list(sources)
        words: dict[str, str] = {"from": _listed(named)}
        for parameter in self.sources:
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                words[parameter.name] = _listed(named)
            elif named:
                words[parameter.name] = named.pop(0)
        for parameter in self.constants:
            given = constants.get(parameter.name, parameter.default)
            words[parameter.name] = _listed(given) if isinstance(given, list) else str(given)
        return self._filled(words)

    def _filled(self, words: Mapping[str, str]) -> str:
        """The first paragraph with words for its placeholders; SpecError for any other braces."""
        try:
            parts = list(string.Formatter().parse(self.paragraph))
        except ValueError as error:
            raise SpecError(
                f"the text of {self.name} cannot be read ({error})",
                where=self.declared or self.function.__module__,
                remedy="write braces that are no placeholder twice",
            ) from None
        made: list[str] = []
        for text, name, how, conversion in parts:
            made.append(text)
            if name is None:
                continue
            if name not in words or how or conversion:
                raise SpecError(
                    f"the text of {self.name} has a placeholder {{{shortened(name)}}}",
                    where=self.declared or self.function.__module__,
                    remedy=did_you_mean(name, words),
                )
            made.append(words[name])
        return "".join(made)

    def check_call(self, sources: int, constants: Iterable[str], where: str) -> None:
        """SpecError when a rule gives too many or few sources, or a constant it does not take."""
        several = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in self.sources)
        required = sum(
            p.default is inspect.Parameter.empty
            for p in self.sources
            if p.kind is not inspect.Parameter.VAR_POSITIONAL
        )
        if sources < required or (sources > len(self.sources) and not several):
            names = ", ".join(str(p).partition(":")[0] for p in self.sources)
            raise SpecError(
                f"{self.name} takes the sources ({names}), given are {sources}",
                where=where,
                remedy="list them under from",
            )
        known = {p.name for p in self.constants}
        for name in constants:
            if name not in known:
                raise SpecError(
                    f"{self.name} has no constant {name}",
                    where=where,
                    remedy=did_you_mean(name, known),
                )
        for parameter in self.constants:
            if parameter.default is inspect.Parameter.empty and parameter.name not in constants:
                raise SpecError(
                    f"{self.name} needs the constant {parameter.name}",
                    where=where,
                    remedy=f"give it under with: {{{parameter.name}: ...}}",
                )


@overload
def derivation(function: Function) -> Function: ...


@overload
def derivation(
    *,
    scope: Scope = "record",
    categories: bool = False,
    severity: Severity = "error",
    certain: bool = False,
) -> Callable[[Function], Function]: ...


def derivation(
    function: Function | None = None,
    *,
    scope: Scope = "record",
    categories: bool = False,
    severity: Severity = "error",
    certain: bool = False,
) -> Function | Callable[[Function], Function]:
    """Mark a function as a derivation that specs may name."""

    def mark(marked: Function) -> Function:
        setattr(marked, _MARK, (scope, categories, severity, certain))
        return marked

    return mark(function) if function is not None else mark


def derivations_of(package: ModuleType) -> Mapping[str, Derivation]:
    """All marked functions in the modules of a package, by name."""
    modules = [
        import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    return _collected(modules)


def study_derivations(file: Path) -> Mapping[str, Derivation]:
    """The marked functions of a study's own `derivations.py`; none when there is no such file."""
    if not file.exists():
        return MappingProxyType({})
    return _collected([module_from(file)])


def module_from(file: Path) -> ModuleType:
    """A Python file of a study, imported by its path; CdisckitError where that does not succeed."""
    module, loader = study_module(file)
    sys.modules[module.__name__] = module
    try:
        with guarded(file.parent, "cannot be run: it raises", file.name, SpecError):
            _execute(file, loader, module)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _execute(file: Path, loader: SourceAlone, module: ModuleType) -> None:
    """Run a module of a study; SpecError where it is not Python or imports what is not there."""
    try:
        loader.exec_module(module)
    except SyntaxError as error:
        raise SpecError(
            f"is not Python: {error.msg}",
            where=f"{Path(error.filename or file).name} line {error.lineno}",
            remedy="mend the line",
        ) from None
    except ImportError as error:
        raise SpecError(
            f"cannot be imported ({error})",
            where=raised_at(error, file.parent) or file.name,
            remedy="install what it imports",
        ) from error


def _of_study(file: Path, name: str) -> Derivation:
    """A derivation of a study's file, which is read unless this process has done so."""
    module = sys.modules.get(module_name(file))
    if module is None or module.__file__ != str(file):
        module = module_from(file)
    return _collected([module])[name]


def _collected(modules: Iterable[ModuleType]) -> Mapping[str, Derivation]:
    found: dict[str, Derivation] = {}
    for module in modules:
        for name, member in vars(module).items():
            if not isinstance(member, FunctionType) or member.__module__ != module.__name__:
                continue
            if not hasattr(member, _MARK):
                continue
            if name in found:
                raise SpecError(
                    f"two derivations are named {name}",
                    where=module.__name__,
                    remedy=f"rename one; the other is in {found[name].function.__module__}",
                )
            found[name] = Derivation(name, member, *getattr(member, _MARK))
    return MappingProxyType(found)


def _listed(values: Iterable[Any]) -> str:
    texts = [str(value) for value in values]
    if len(texts) < 2:
        return "".join(texts)
    return ", ".join(texts[:-1]) + " and " + texts[-1]

"""Methods that are described and have no function yet: methods.yaml, which an import may write.

A define.xml tells how a variable is derived in words. A study started from one names such a method
as if it were a function; its text stands here until somebody writes the function.
"""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from specs.derivation import Derivation
from specs.errors import SpecError
from specs.files import File
from specs.guard import module_name
from specs.study_code import stand_in
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METHODS: Final = "methods.yaml"


class MethodFile(File):
    """`{text: ADT minus ADSL.TRTSDT, plus 1., programs: "SAS: ..."}`."""

    text: str
    programs: str = ""  # what others wrote for it: to be read by a person


class MethodsFile(File):
    """`methods.yaml`."""

    methods: dict[str, MethodFile]


def described_methods(folder: Path) -> Mapping[str, Derivation]:
    """The methods of a study that are described in words alone, as derivations of any sources.

    Calling one is a SpecError.
    """
    path = folder / METHODS
    if not path.exists():
        return MappingProxyType({})
    file = read_yaml(path)
    sources = inspect.Parameter("sources", inspect.Parameter.VAR_POSITIONAL)
    methods: dict[str, Derivation] = {}
    for name, method in file.parsed(MethodsFile).methods.items():
        error = SpecError(
            f"{name} is not written yet",
            where=file.place("methods", name),
            remedy="write the function in derivations.py, or name another",
        )
        text = " ".join(method.text.split()).replace("{", "{{").replace("}", "}}")
        signature = inspect.Signature([sources])
        function = stand_in(name, text, signature, module_name(path), error)
        methods[name] = Derivation(name, function, "record")
    return MappingProxyType(methods)

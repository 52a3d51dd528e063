"""How the Python of a study is imported: compiled from what can be read, and from nothing else.

Python runs a compiled file in `__pycache__` in the place of the source beside it. Whoever reads a
study before building it would not see that code, so it is never looked at, nor written.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from typing import TYPE_CHECKING

from specs.guard import is_of_study, module_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import CodeType, ModuleType


class SourceAlone(SourceFileLoader):
    """Loads a module from its source, whatever was compiled of it before."""

    def get_code(self, fullname: str) -> CodeType:
        """The source of the module, compiled now."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


class _OfStudies:
    """Finds the modules in a package of a study, which is a simulator in several files."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The source of a module of a study's package; other modules are not found here."""
        if path is None or not is_of_study(fullname):
            return None
        finders = (FileFinder(folder, (SourceAlone, SOURCE_SUFFIXES)) for folder in path)
        spec = next(filter(None, (finder.find_spec(fullname) for finder in finders)), None)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"there is no module {fullname}", name=fullname)
        return spec


def study_module(file: Path) -> tuple[ModuleType, SourceAlone]:
    """A Python file of a study as a module that has not run, and what runs it.

    What it imports of its own folder is found in the same way.
    """
    if _OfStudies not in sys.meta_path:
        sys.meta_path.insert(0, _OfStudies)
    name = module_name(file)
    for loaded in [
        name_loaded for name_loaded in sys.modules if name_loaded.startswith(f"{name}.")
    ]:
        del sys.modules[loaded]  # it may be of another study whose folder has that name
    loader = SourceAlone(name, str(file))
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    if spec is None:
        raise FileNotFoundError(file)
    return importlib.util.module_from_spec(spec), loader

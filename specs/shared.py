"""Variables that many datasets have alike: declared once in study.yaml, taken by name.

```yaml
shared:                                # study.yaml: groups of variables
  subject:
    STUDYID: {predecessor: ADSL.STUDYID}
    USUBJID: {predecessor: ADSL.USUBJID}
variables:                             # a dataset's file
  subject: shared                      # all of the group, here
  TRTSDT:  shared                      # one variable, whichever group has it
```

What the dataset's file itself says of a variable counts, in the place of the group.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from specs.errors import SpecError, did_you_mean
from specs.yaml_files import Shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.yaml_files import YamlFile

SHARED: Final = "shared"


def with_shared(file: YamlFile, study: YamlFile) -> YamlFile:
    """The file of a dataset with the variables that it takes from study.yaml.

    SpecError where it takes what study.yaml does not share.
    """
    entries = file.content.get("variables")
    if not isinstance(entries, dict) or SHARED not in entries.values():
        return file
    groups = _groups(study)
    variables: dict[str, Any] = {}
    shared: dict[str, Shared] = {}
    for name, entry in entries.items():
        if entry != SHARED:
            variables[name] = entry
            continue
        group, taken = _taken(name, groups, file)
        for one in taken:
            own = entries.get(one, SHARED)
            variables[one] = groups[group][one] if own == SHARED else own
            if own == SHARED:
                shared[one] = Shared(study, (SHARED, group, one))
    return replace(file, variables=variables, shared=shared)


def _groups(study: YamlFile) -> Mapping[str, Mapping[str, Any]]:
    groups = study.content.get(SHARED)
    if not isinstance(groups, dict):
        return {}
    return {name: group for name, group in groups.items() if isinstance(group, dict)}


def _taken(
    name: str, groups: Mapping[str, Mapping[str, Any]], file: YamlFile
) -> tuple[str, Iterable[str]]:
    """The group of a name, and the variables of it that the name stands for."""
    if name in groups:
        return name, tuple(groups[name])
    for group, variables in groups.items():
        if name in variables:
            return group, (name,)
    names = (*groups, *dict.fromkeys(v for variables in groups.values() for v in variables))
    raise SpecError(
        f"study.yaml shares no {name}",
        where=file.place("variables", name),
        remedy=did_you_mean(name, names),
    )

"""Where results are written: nothing half, nothing of a user's replaced, nothing left over.

What is written comes to be in a folder `.NAME.building` beside its place, which one process holds
at a time, and takes its place by one rename when it is whole. A folder is replaced only where it
carries the marker of this product for the same study; a link is followed or refused.
"""

from specs.output.files import apart, new_file
from specs.output.folders import Claim, check_new, claimed, new_folder
from specs.output.marker import MARKER, Mark
from specs.output.system_errors import plain
from specs.output.targets import check_file, check_target
from specs.output.work import work_folder

__all__ = [
    "MARKER",
    "Claim",
    "Mark",
    "apart",
    "check_file",
    "check_new",
    "check_target",
    "claimed",
    "new_file",
    "new_folder",
    "plain",
    "work_folder",
]

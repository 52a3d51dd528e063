"""`cdisckit compare`: two files, folders or builds beside each other."""

from cdisckit.compare.files import compared
from cdisckit.compare.printed import print_compared
from cdisckit.compare.report import write_report
from cdisckit.compare.settings import Settings, read_settings

__all__ = ["Settings", "compared", "print_compared", "read_settings", "write_report"]

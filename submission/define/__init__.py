"""define.xml: the description of a package's datasets in Define-XML 2.1.

What it says is read off the specification and off `submission.attributes`; nothing is entered
here. One ItemDef per dataset variable, code lists of the terms that are possible for a use, value
level only where the values of a variable differ in kind or in origin.
"""

from submission.define.writer import define_document, write_define

__all__ = ["define_document", "write_define"]

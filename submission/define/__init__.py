"""define.xml: the description of a package's datasets in Define-XML 2.1."""

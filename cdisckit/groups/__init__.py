"""A build by groups of subjects: in one process with bounded memory, in several, on Dask.

`work` has the plain functions of a group, `engines` what runs them, `places` where the rows of
groups stand in the whole, `merge` what is made of all groups, and `build` the order of it.
"""

"""What is a dataset: the specification model, its files, the standards and the terminology."""

"""What a person types: the command line and the order of a build."""

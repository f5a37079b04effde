"""What a person has to put right before the environment can run."""


class ProblemError(Exception):
    """One clear sentence for whoever started the environment; it is printed, never traced."""

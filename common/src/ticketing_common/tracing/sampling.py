"""Which traces are sampled: decided where one begins, and carried on from there."""

from collections.abc import Mapping

SAMPLER, ARGUMENT = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"


def ratio_of(environ: Mapping[str, str]) -> float:
    """Of the traces that begin here, how many are sampled.

    A sampler without `parentbased_` is taken for the one with it: who goes on with a trace never
    decides anew. Raises `ValueError` for another sampler, and for a ratio that is no number from
    0 to 1.
    """
    named = environ.get(SAMPLER) or "parentbased_always_on"
    match named.lower().removeprefix("parentbased_"):
        case "always_on":
            return 1.0
        case "always_off":
            return 0.0
        case "traceidratio":
            ratio = float(environ.get(ARGUMENT) or 1)
            if not 0 <= ratio <= 1:
                raise ValueError(f"{ARGUMENT} must be from 0 to 1")
            return ratio
        case _:
            raise ValueError(f"{SAMPLER}={named}: that sampler is not known here")

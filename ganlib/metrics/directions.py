"""Which way scores get better."""

_HIGHER = frozenset({"coverage", "histogram_overlap", "modes", "high_quality"})


def is_higher_better(score: str) -> bool:
    """Returns True if a higher value of the score is better. For most scores, lower is better.

    Args:
        score: its name in a run's scores.
    """
    return score in _HIGHER

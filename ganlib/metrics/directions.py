"""Which way scores get better."""

_HIGHER = frozenset({"coverage", "histogram_overlap", "modes", "high_quality"})


def is_higher_better(score: str) -> bool:
    """Returns whether better samples have a higher score; of nearly all scores, a lower one.

    Args:
        score: its name in a run's scores.
    """
    return score in _HIGHER

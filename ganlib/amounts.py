"""Formats speeds and durations."""


def rate(steps_per_second: float) -> str:
    """Formats a speed with at least two digits and thousands separators."""
    digits = 0 if steps_per_second >= 10 else 1 if steps_per_second >= 1 else 2
    return f"{steps_per_second:,.{digits}f}"


def duration(seconds: float) -> str:
    """Formats a duration as m:ss, or as h:mm:ss from one hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

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


def about(seconds: float) -> str:
    """Formats an estimated duration: "about 40 s", "about 5 min", "about 1.5 h"."""
    if seconds < 90:
        # From 20 s on, to the nearest 5 s.
        coarse = 5 * round(seconds / 5) if seconds >= 20 else max(1, round(seconds))
        return f"about {coarse} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {round(seconds / 1800) / 2:g} h"

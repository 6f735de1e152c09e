"""The last lines of a benchmark: `BAR name value unit bound ok|short`."""


def bar_at_most(name: str, value: float, unit: str, bound: float) -> str:
    """Say whether a value is small enough."""
    return _bar(name, value, unit, f"<={bound}", is_good=value <= bound)


def bar_at_least(name: str, value: float, unit: str, bound: float) -> str:
    """Say whether a value is large enough."""
    return _bar(name, value, unit, f">={bound}", is_good=value >= bound)


def _bar(name: str, value: float, unit: str, bound: str, *, is_good: bool) -> str:
    return f"BAR {name} {value:.2f} {unit} {bound} {'ok' if is_good else 'short'}"

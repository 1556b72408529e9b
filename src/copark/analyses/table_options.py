"""What a person types beside a table, parsed; every fault of every option is collected."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from copark.cases.foreign_tables import parsed
from copark.errors import Fault
from copark.setmethods.coupling_degree.indicators import Indicator, Subsystem
from copark.setmethods.nca.ceilings import Scope
from copark.setmethods.qca.sets import FULL, Calibration
from copark.setmethods.qca.solutions import Expectation
from copark.setmethods.table import fault

FORMS = ("logistic", "linear", "ecdf", "crisp")


def names(given: str | Sequence[str]) -> tuple[str, ...]:
    """Names of a list: separated by commas, or given one by one."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(part.strip() for part in parts) if given else ()


def numbers(flag: str, given: str | Sequence[float], faults: list[Fault], key: str = "") -> tuple[float, ...]:
    """Numbers of a list."""
    if not isinstance(given, str):
        return tuple(float(value) for value in given)
    found = []
    for part in given.split(","):
        value = parsed(part.strip())
        if value is None:
            faults.append(fault("bad_number", flag, None, key, found=part.strip()))
        else:
            found.append(value)
    return tuple(found)


def fractions(flag: str, given: str | Sequence[str], faults: list[Fault]) -> tuple[Fraction, ...]:
    """Numbers of a list, exactly: ``31.33`` is 3133/100."""
    found = []
    for part in names(given):
        if parsed(part) is None or len(part) > 40 or abs(float(part)) > 1e12 or (float(part) and "e" in part.lower()):
            faults.append(fault("bad_number", flag, None, "", found=part))
        else:
            found.append(Fraction(part))
    return tuple(found)


def expectations(given: str | Sequence[str], faults: list[Fault]) -> tuple[Expectation, ...]:
    """Directional expectations: 1, 0, or - for none."""
    known: dict[str, Expectation] = {"1": 1, "0": 0, "-": None}
    found = []
    for part in names(given):
        if part in known:
            found.append(known[part])
        else:
            faults.append(fault("bad_expectation", "--dir-exp", None, "", found=part))
    return tuple(found)


def _pairs(flag: str, given: Iterable[str], faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, mark, value = one.partition("=")
        name = name.strip()
        if not mark or not name or not value.strip():
            faults.append(fault("bad_pair", flag, None, "", found=one))
        elif name in found:
            faults.append(fault("twice", flag, None, name, found=name))
        else:
            found[name] = value.strip()
    return found


def calibrations(
    given: Iterable[str], faults: list[Fault], known: Sequence[str], full: float = FULL
) -> dict[str, Calibration]:  # fmt: skip
    """Calibrations: ``A=exclusion,crossover,inclusion``, ``A=threshold``, or a form before the anchors (``linear:``).

    known: columns of the analysis; full: membership at the anchor of inclusion.
    """
    found = {}
    for name, value in _pairs("--calibrate", given, faults).items():
        if name not in known:
            faults.append(fault("calibrates_nothing", "--calibrate", None, name, found=name))
        head, mark, rest = value.partition(":")
        before = len(faults)
        anchors = numbers("--calibrate", rest if mark else value, faults, name)
        if len(faults) > before:
            continue
        form = head.strip() if mark else "crisp" if len(anchors) == 1 else "linear" if len(anchors) == 6 else "logistic"
        if form == "crisp" and len(anchors) > 1:
            faults.append(fault("multi_value", "--calibrate", None, name))
            continue
        try:
            if form not in FORMS:
                raise ValueError(form)
            found[name] = Calibration(anchors, form, full)  # type: ignore[arg-type]
        except ValueError:
            faults.append(fault("bad_anchors", "--calibrate", None, name, found=value))
    return found


def alternatives(given: Iterable[str], faults: list[Fault], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Other columns of scores: ``EQUITY=EQUITY_mech`` or several after commas."""
    found = {}
    for name, value in _pairs("--alternative", given, faults).items():
        if name not in known:
            faults.append(fault("replaces_nothing", "--alternative", None, name, found=name))
        found[name] = names(value)
    return found


def scope(given: str | Sequence[float] | None, faults: list[Fault]) -> Scope | None:
    """Theoretical limits: ``xmin,xmax,ymin,ymax``."""
    if given is None or given == "":
        return None
    before = len(faults)
    values = numbers("--scope", given, faults)
    if len(faults) == before and len(values) != 4:
        faults.append(fault("scope_count", "--scope", found=len(values)))
    return Scope(*values) if len(values) == 4 else None


def subsystems(given: str, faults: list[Fault]) -> tuple[Subsystem, ...]:
    """Subsystems: ``A,B,C``, each a column of its own, or ``economy=gdp,jobs;ecology=forest,-waste`` of several.

    A minus before a column means that less of it is better.
    """
    if "=" not in given:
        return tuple(Subsystem(one.column, (one,)) for one in map(_indicator, names(given)))
    found = []
    for part in given.split(";"):
        if part.strip():
            pairs = _pairs("--subsystems", [part], faults)
            found += [Subsystem(name, tuple(map(_indicator, names(value)))) for name, value in pairs.items()]
    return tuple(found)


def _indicator(written: str) -> Indicator:
    negative = written.startswith("-")
    return Indicator(written.removeprefix("-").strip(), not negative)


def ranges(given: Iterable[str], faults: list[Fault]) -> dict[str, tuple[float, float]]:
    """Ranges of scores: ``gdp=0,100``."""
    found = {}
    for name, value in _pairs("--ranges", given, faults).items():
        before = len(faults)
        ends = numbers("--ranges", value, faults, name)
        if len(faults) == before and len(ends) != 2:
            faults.append(fault("range_ends", "--ranges", None, name, found=value))
        elif len(ends) == 2:
            found[name] = (ends[0], ends[1])
    return found

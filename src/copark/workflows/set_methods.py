"""QCA of anyone's table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from copark.errors import Fault
from copark.identity import identity_of
from copark.texts import has_text
from copark.workflows.answers import Progress
from copark.workflows.places import stage
from copark.workflows.set_questions import (
    QcaOptions,
    QcaQuestion,
    qca_question,
)

if TYPE_CHECKING:
    from copark.setmethods.table import CaseTable


def _analysing(progress: Progress | None) -> Callable[[int, int], None]:
    """Tell sweeps and deals under their own stage, or under that of the report where it has no words."""
    return stage(progress, "analyse" if has_text("cli.stage.analyse") else "report")


@dataclass(frozen=True)
class MethodAnswer:
    """What a method gave.

    Parameters
    ----------
    kind
        ``qca``.
    record
        Everything, as plain data with the keys of the published comparison files.
    warnings
        What must be known, in the language that was asked for.
    page, files
        The page and what was written beside it, if a folder was given.
    """

    kind: str
    record: Mapping[str, Any]
    warnings: tuple[str, ...]
    page: Path | None = None
    files: tuple[Path, ...] = ()

    @property
    def json(self) -> str:
        """The record as JSON."""
        return json.dumps(self.record, ensure_ascii=False, indent=1)


PARKS = "parks"
"""Name by which the casebook's own fuzzy scores are asked for, where no file of that name is."""


def _placed(path: str | Path) -> Path:
    """The file meant by a path, or by the name of the casebook's own table."""
    from copark.cases.casebook import casebook_path
    from copark.cases.parks import SCORES

    return casebook_path() / SCORES if str(path) == PARKS and not Path(path).exists() else Path(path)


def _read(path: str | Path, columns: Sequence[str], faults: list[Fault], **how: Any) -> CaseTable:
    """Read a table; its faults and those of the settings come together."""
    from copark.analysis.cross_case import read_case_table
    from copark.setmethods.table import SettingFaults, TableFaults

    try:
        table = read_case_table(_placed(path), columns, **how)
    except TableFaults as error:
        raise TableFaults([*faults, *error.faults]) from None
    if faults:
        raise SettingFaults(faults)
    return table


def _plain(settings: Any) -> dict[str, str]:
    """Settings as texts, name by name."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in settings.items()
    }


def _settled(
    kind: str, table: CaseTable | None, settings: Mapping[str, Any], seed: int | None = None
) -> Any:  # fmt: skip
    """What made a result, with its identity."""
    from copark.report.set_methods.pages import Origin

    parts = {"method": kind, "settings": dict(settings), "table": "" if table is None else table.digest}
    origin = (identity_of(parts), "" if table is None else table.file, 0 if table is None else len(table), seed)
    return Origin(kind, *origin, _plain(settings))


def qca(
    table: str | Path,
    outcome: str,
    conditions: str | Sequence[str],
    *,
    case: str | None = None,
    drop_missing: bool = False,
    lang: str = "en",
    out: str | Path | None = None,
    progress: Progress | None = None,
    **asked: Unpack[QcaOptions],
) -> MethodAnswer:
    """Analyse a table by QCA.

    Parameters
    ----------
    table
        CSV or workbook; ``parks`` for the casebook's own fuzzy scores.
    outcome, conditions
        Columns; an outcome ``~Y`` is negated.
    case, drop_missing
        Column of labels; leave cases with missing values out.
    lang
        ``en`` or ``zh``.
    out
        Folder of the page and files; nothing is written without one.
    progress
        Told how far the work is.
    asked
        Everything else, as in :class:`~copark.workflows.set_questions.QcaOptions`.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault of the settings and the table.
    """
    _analysing(progress)(0, 0)
    question = qca_question(outcome, conditions, asked)
    how = {"label": case, "drop_missing": drop_missing, **question.reading}
    raw = _read(table, question.columns, question.faults, **how)
    return _qca_answer(raw, question, lang, out, progress)


def _qca_answer(
    raw: CaseTable, question: QcaQuestion, lang: str, out: str | Path | None, progress: Progress | None
) -> MethodAnswer:
    from copark.setmethods.qca import analyse, record, robustness
    from copark.setmethods.qca.calibration import calibrated
    from copark.setmethods.qca.record import survival_record
    from copark.setmethods.qca.robustness import Recipe

    found = analyse(calibrated(raw, question.recipes), question.settings)
    origin = _settled("qca", raw, {**question.plain(), "left_out": len(raw.left_out)})
    content = record(found, origin.identity)
    variants = None
    if question.robust:
        variants = robustness(found, Recipe(raw, question.recipes, question.others), _analysing(progress))
        content["robustness"] = survival_record(variants, question.settings.conditions)
    said = tuple(one.sentence(lang) for one in found.warnings)
    if out is None:
        return MethodAnswer("qca", content, said)
    from copark.report.set_methods import write_qca

    tell = stage(progress, "report")
    page, files = write_qca(found, content, origin, lang, Path(out), robust=variants, full=question.full, progress=tell)
    return MethodAnswer("qca", content, said, page, files)

"""Questions experts may be asked of a case, the workbook that asks them, and their answers read from it.

A sheet for each expert, a row for each question: parameters of the claims, the effects that decide them, what is ahead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import expm1, isfinite, log1p
from pathlib import Path
from typing import Any, Literal

import numpy as np

from copark import units
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.schema import Statistic
from copark.cases.case import Case
from copark.cases.files import Refused, place, read_cells
from copark.cases.types import shown, suggestion
from copark.cases.workbook_writing import content_of, head_cell, on_paper, set_cell, told_cell
from copark.errors import Fault, FaultsFound, printable
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.simulation.sample import prior_of
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

Kind = Literal["parameter", "effect", "outlook"]
EDGES = (0.001, 0.999)
"""Quantiles of a prior between which a parameter may be given: what lies beyond is hardly ever drawn."""
AHEAD = (12, 32)
"""Quarters after the data's end of which outputs are asked."""
OUTPUTS = ("registered", "operating", "jobs")
MOST = 1e6
TOP = 1000.0
"""Largest size, and largest change in per cent, that is taken."""


@dataclass(frozen=True)
class ExpertQuestion:
    """A quantity that experts may be asked for."""

    key: str
    """Key of the question."""
    kind: Kind
    """``parameter``: of the model; ``effect``: expected, of one scenario against another; ``outlook``: an
    output of one run at a date."""
    title: LocalizedText
    """What is asked for."""
    unit: LocalizedText
    """Unit of the answer."""
    low: float
    """Lower end of the range in which quantiles are taken, included."""
    high: float
    """Upper end of the same range, included."""
    scale: Literal["plain", "log", "share"] = "plain"
    """How what is given becomes what the model has: as it is; ln(1 + x/100); x/100."""

    def inside(self, answer: float) -> float:
        """Convert a given value to the one the model has."""
        return log1p(answer / 100.0) if self.scale == "log" else answer / 100.0 if self.scale == "share" else answer

    def outside(self, value: float) -> float:
        """Convert a value of the model to one as it is given."""
        return 100.0 * expm1(value) if self.scale == "log" else 100.0 * value if self.scale == "share" else value


def questions(case: Case, file: ClaimsFile) -> tuple[ExpertQuestion, ...]:
    """List all questions, by kind."""
    return (*_parameters(case, file), *_effects(case, file), *_outlooks(case))


def _unit(symbol: str) -> LocalizedText:
    return LocalizedText.by_language(lambda lang: units.title(symbol, lang) if units.known(symbol) else symbol)


def _parameters(case: Case, file: ClaimsFile) -> Iterator[ExpertQuestion]:
    """Ask for parameters that a claim rests on and the case draws."""
    for name in dict.fromkeys(name for claim in file.claims.claims for name in claim.mechanism.parameters):
        variable = catalogue().parameters[name]
        prior = prior_of(variable, case)
        if variable.shape != () or prior is None or prior.kind == "fixed":
            continue
        ends = prior.quantile(np.array(EDGES), variable.default[0]).tolist()
        low, high = (float(f"{min(max(end, variable.low), variable.high):.3g}") for end in ends)
        yield ExpertQuestion(
            name, "parameter", LocalizedText.by_language(variable.title), _unit(variable.unit), low, high
        )


def _effects(case: Case, file: ClaimsFile) -> Iterator[ExpertQuestion]:
    """Ask for effects that the rules of deciding parts name, each once."""
    statistics: dict[str, tuple[str, Statistic]] = {}
    for claim, part in file.claims.of(file.claims.claims):
        for name in part.rule_statistics if part.key in claim.headline.parts else ():
            statistic = part.statistics[name]
            if statistic.kind in ("log", "change"):
                statistics.setdefault(statistic.model_dump_json(), (f"{claim.id}/{part.key}/{name}", statistic))
    for key, statistic in statistics.values():
        title = LocalizedText.by_language(partial(_effect, case, file, statistic))
        if statistic.outcome:
            unit = LocalizedText.by_language(lambda lang: text("experts.ask.points", lang))
            yield ExpertQuestion(key, "effect", title, unit, -100.0, 100.0, "share")
        else:
            unit = LocalizedText.by_language(lambda lang: text("experts.ask.percent", lang))
            yield ExpertQuestion(key, "effect", title, unit, -99.0, TOP, "log")


def _effect(case: Case, file: ClaimsFile, statistic: Statistic, lang: str) -> str:
    titles = {
        name: file.claims.scenarios[str(getattr(statistic, name))].title.text(lang)
        for name in ("scenario", "reference")
    }
    if statistic.outcome:
        return text("experts.ask.change", lang, outcome=BY_KEY[statistic.outcome].title(lang), **titles)
    return text("experts.ask.log", lang, **_output(case, str(statistic.output), statistic.at or 0, lang), **titles)


def _outlooks(case: Case) -> Iterator[ExpertQuestion]:
    """Ask for outputs some years after the data's end, as far as the case's time reaches."""
    last = case.clock.quarters - 1
    for quarter in dict.fromkeys(min(case.clock.data_end - case.clock.start + ahead, last) for ahead in AHEAD):
        for name in OUTPUTS:
            title = LocalizedText.by_language(partial(_outlook, case, name, quarter))
            unit = _unit(catalogue().outputs[name].unit)
            yield ExpertQuestion(f"{name}/{case.clock.start + quarter}", "outlook", title, unit, 0.0, MOST)


def _outlook(case: Case, name: str, quarter: int, lang: str) -> str:
    return text("experts.ask.outlook", lang, **_output(case, name, quarter, lang))


def _output(case: Case, name: str, quarter: int, lang: str) -> dict[str, str]:
    return {"output": catalogue().outputs[name].title(lang), "quarter": str(case.clock.start + quarter)}


COLUMNS = ("key", "question", "unit", "lowest", "highest", "p5", "p50", "p95", "reason")
WIDTHS = (30, 62, 16, 11, 11, 12, 12, 12, 40)
QUANTILES = ("p5", "p50", "p95")
HEADS = 2
"""Row of the headings; above it is the expert's weight, below it what each column means."""
MOST_EXPERTS = 20
MOST_WEIGHT = 1000.0


@dataclass(frozen=True)
class Expert:
    """Answers of one expert."""

    name: str
    """As the sheet is called."""
    weight: float
    """As it is given, above 0."""
    answers: Mapping[str, tuple[float, float, float]]
    """By question: 5, 50 and 95 %, in its unit."""


def template(questions: Sequence[ExpertQuestion], title: str, lang: str) -> bytes:
    """Make an empty workbook for two experts, a sheet each behind a cover.

    Parameters
    ----------
    questions
        Questions, a row each.
    title
        Title of the park, on the cover.
    lang
        Language of the workbook, ``en`` or ``zh``.

    Returns
    -------
    bytes
        The file, xlsx.
    """
    from openpyxl import Workbook

    book = Workbook()
    _cover(book.worksheets[0], title, lang)
    for number in (1, 2):
        page = book.create_sheet(text("experts.book.expert", lang, number=number))
        on_paper(page)
        head_cell(page.cell(1, 1), text("experts.book.weight", lang), needed=False)
        page.cell(1, 2, 1.0)
        told_cell(page.cell(1, 3), text("experts.book.weight.told", lang))
        page.merge_cells(start_row=1, start_column=3, end_row=1, end_column=len(COLUMNS))
        for column, (key, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), start=1):
            head_cell(page.cell(HEADS, column), text(f"experts.book.{key}", lang), needed=key in QUANTILES)
            told_cell(page.cell(HEADS + 1, column), text(f"experts.book.{key}.told", lang))
            page.column_dimensions[page.cell(HEADS, column).column_letter].width = width
        page.row_dimensions[1].height = 34
        page.row_dimensions[HEADS + 1].height = 76
        for row, question in enumerate(questions, start=HEADS + 2):
            cells = (
                question.key,
                question.title.text(lang),
                question.unit.text(lang),
                question.low,
                question.high,
            )
            for column, value in enumerate(cells, start=1):
                set_cell(page.cell(row, column), value)
        page.freeze_panes = page.cell(HEADS + 2, 3)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cover(page: Any, title: str, lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    page.title = text("workbook.cover", lang)
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 110
    lines = [title, *(text(f"experts.book.step{n}", lang) for n in range(1, 7))]
    for row, words in enumerate(lines, start=1):
        set_cell(page.cell(row, 1), words)
        page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(row, 1).font = Font(bold=row == 1, size=16 if row == 1 else 11)
        page.row_dimensions[row].height = 30 if row == 1 else 34


def read(path: Path, questions: Sequence[ExpertQuestion]) -> tuple[Expert, ...]:
    """Read the experts of a workbook made from the template.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault by sheet and cell; or if it is no such workbook, or nobody has answered.
    """
    try:
        content = content_of(path)
        titles = read_cells(content, (), path.name)[1]
        covers = {text("workbook.cover", lang) for lang in LANGUAGES}
        named = [title for title in titles if title not in covers]
        if len(named) > MOST_EXPERTS:
            raise FaultsFound([Fault("experts.too_many", path.name, values={"most": MOST_EXPERTS})])
        sheets, _, faults = read_cells(content, named, path.name)
    except Refused as refused:
        raise FaultsFound(refused.faults) from None
    by_key = {question.key: question for question in questions}
    experts = [_expert(title, rows, by_key, faults) for title, rows in sheets.items()]
    if faults:
        raise FaultsFound(sorted(faults, key=lambda fault: titles.index(fault.file.rpartition("!")[0])))
    answered = tuple(expert for expert in experts if expert.answers)
    if not answered:
        raise FaultsFound([Fault("experts.nobody", path.name)])
    return answered


def _expert(title: str, rows: list[list[str]], questions: Mapping[str, ExpertQuestion], faults: list[Fault]) -> Expert:
    """Read one sheet; an empty one is of nobody."""
    sheet = _Sheet(title, rows, faults)
    if not rows:
        return Expert(printable(title), 1.0, {})
    answers: dict[str, tuple[float, float, float]] = {}
    columns = sheet.columns()
    for row, cells in sheet.answered(columns):
        key = cells.get("key", "")
        if key not in questions:
            sheet.say("unknown", row, columns["key"], found=key, suggestion=suggestion(key, questions))
        elif key in answers:
            sheet.say("twice", row, columns["key"], found=key)
        else:
            quantiles = sheet.quantiles(row, cells, columns, questions[key])
            if quantiles is not None:
                answers[key] = quantiles
    return Expert(printable(title), sheet.weight(), answers)


@dataclass(frozen=True)
class _Sheet:
    """A sheet as it is read."""

    title: str
    rows: list[list[str]]
    faults: list[Fault]

    def say(self, code: str, row: int, column: int, **values: Any) -> None:
        """Add a fault of a cell to those of the sheet.

        Parameters
        ----------
        code
            Key of the fault's text, below ``experts``.
        row, column
            The cell, counted from 1.
        **values
            What the text is filled in with.
        """
        shown_values = {name: shown(value) for name, value in values.items()}
        self.faults.append(Fault(f"experts.{code}", place(self.title, row, column), values=shown_values))

    def columns(self) -> dict[str, int]:
        """Find the places of the columns that are needed, by key; none where a heading is not there."""
        head = [cell.casefold() for cell in (self.rows[HEADS - 1] if len(self.rows) >= HEADS else [])]
        places: dict[str, int] = {}
        for key in ("key", *QUANTILES):
            words = [text(f"experts.book.{key}", lang) for lang in LANGUAGES]
            column = next((head.index(word.casefold()) for word in words if word.casefold() in head), None)
            if column is None:
                self.say("no_head", HEADS, 1, expected=" / ".join(words))
            else:
                places[key] = column + 1
        return places if len(places) == 1 + len(QUANTILES) else {}

    def answered(self, columns: Mapping[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
        """Find rows in which a quantile is given; what is said below the headings is none."""
        examples = {text(f"experts.book.{key}.told", lang) for key in QUANTILES for lang in LANGUAGES}
        for row, cells in enumerate(self.rows[HEADS:] if columns else (), start=HEADS + 1):
            filled = {
                key: cells[column - 1] for key, column in columns.items() if len(cells) >= column and cells[column - 1]
            }
            if any(key in filled and filled[key] not in examples for key in QUANTILES):
                yield row, filled

    def quantiles(
        self, row: int, cells: Mapping[str, str], columns: Mapping[str, int], question: ExpertQuestion
    ) -> tuple[float, float, float] | None:
        """Read the quantiles of a row; a fault is added for each that is unsound.

        Parameters
        ----------
        row
            Row of the sheet, counted from 1; faults name it.
        cells
            Cells of the row that are filled, by key of their column.
        columns
            Places of the columns, by key, counted from 1.
        question
            The question that is answered, with the range its quantiles may lie in.

        Returns
        -------
        tuple or None
            5, 50 and 95 %, increasing; ``None`` where one is missing, out of range or not above the one before.
        """
        values: list[float] = []
        for key in QUANTILES:
            value = _number(cells.get(key, ""))
            column = columns[key]
            if value is None:
                self.say("no_number", row, column, found=cells.get(key, ""))
            elif not question.low <= value <= question.high:
                self.say("beyond", row, column, found=cells[key], low=f"{question.low:g}", high=f"{question.high:g}")
            elif values and value <= values[-1]:
                self.say("disorder", row, column, found=cells[key])
            else:
                values.append(value)
        return (values[0], values[1], values[2]) if len(values) == len(QUANTILES) else None

    def weight(self) -> float:
        """Read the expert's weight; 1 where none is given."""
        words = self.rows[0][1] if self.rows and len(self.rows[0]) > 1 else ""
        value = _number(words) if words else 1.0
        if value is None or not 0.0 < value <= MOST_WEIGHT:
            self.say("no_weight", 1, 2, found=words, most=f"{MOST_WEIGHT:g}")
            return 1.0
        return value


def _number(words: str) -> float | None:
    """Read a finite number, or None."""
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e300 and isfinite(value) else None

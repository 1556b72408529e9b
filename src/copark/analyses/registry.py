"""The analyses, each known by the name of its package: its modules are imported when it is asked, not before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from copark.texts import OF_ANALYSIS, register
from copark.version import CALIBRATION_VERSION, PANEL_VERSION

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.contract import AnalysisParams, Result
    from copark.presentation.document import Document

Group = Literal["explain", "decide", "calibrate", "parks", "tables"]


@dataclass(frozen=True)
class Analysis:
    """A question and its three files."""

    name: str
    """Of its command and route: lower case, words joined by ``-``. The Python function has ``_`` instead."""
    package: str
    """Package that defines ``Params``, a subclass of :class:`~copark.analyses.contract.Result` called ``Answer``, and
    ``compute(params, context)``; with ``show.py``, which has ``document(answer, texts)``, and ``texts.yaml``. What else
    it may define is told in CONTRIBUTING.md."""
    group: Group
    """Where it stands in help and menu."""
    version: int = 1
    """Version of its method: it goes up by one when the same question gets other numbers of the same model, and only
    then. ``tests/golden`` holds it (decision 0087)."""
    aliases: tuple[str, ...] = ()
    """Former names of its command, which still work and are not listed."""
    former: tuple[tuple[str, str], ...] = ()
    """Former options of its command, each with the options that replace it."""

    @property
    def area(self) -> str:
        """Area of its texts: the name of its folder."""
        return self.package.rpartition(".")[2]

    @property
    def function(self) -> str:
        """Name of its Python function."""
        return self.name.replace("-", "_")

    @cached_property
    def ask(self) -> ModuleType:
        """The package, which computes."""
        return import_module(self.package)

    @property
    def params(self) -> type[AnalysisParams]:
        """Class of its parameters."""
        return self.ask.Params

    @property
    def answer(self) -> Any:
        """Class of its answers; where they are of several classes, the union of these, called ``Answers``."""
        return getattr(self.ask, "Answers", None) or self.ask.Answer

    def document(self, result: Result, lang: str = "en") -> Document:
        """Make the document that shows a result, in a language."""
        return result.document(lang)

    def listing(self, params: AnalysisParams, context: Context, lang: str) -> Document:
        """List what may be chosen, in a language; nothing is computed.

        Parameters
        ----------
        params
            Parameters of which the choices depend, such as the case.
        context
            Context in which the case is looked up.
        lang
            Language of the document, ``en`` or ``zh``.
        """
        from copark.analyses.contract import Texts

        show = import_module(f"{self.package}.show")
        return show.listing(self.ask.listing(params, context), Texts(self.area, lang))

    @property
    def served(self) -> bool:
        """Return whether a server can ask it: it takes no files, so that none may be needed."""
        return not any(field.required and field.kind == "file" for field in self.params.form())

    @property
    def workbook(self) -> str:
        """Name of the parameter that is a workbook; empty where there is none."""
        return str(getattr(self.ask, "WORKBOOK", ""))

    @property
    def folder(self) -> Path:
        """Folder with its three files."""
        return _folder(self.package)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(next(iter(spec.submodule_search_locations)))


class Registry:
    """Analyses by name, in the order of help and menu."""

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self._known = {analysis.name: analysis for analysis in analyses}

    def __iter__(self) -> Iterator[Analysis]:
        """Iterate over all of them."""
        return iter(tuple(self._known.values()))

    def __getitem__(self, name: str) -> Analysis:
        """Return one of them.

        Raises
        ------
        KeyError
            If there is none of this name.
        """
        return self._known[name]

    def get(self, name: str) -> Analysis | None:
        """Return one of them, or none."""
        return self._known.get(name)

    def add(self, analysis: Analysis) -> None:
        """Register an analysis whose package lies elsewhere."""
        register(analysis.area, analysis.folder / OF_ANALYSIS)
        self._known[analysis.name] = analysis

    def remove(self, name: str) -> None:
        """Forget one."""
        self._known.pop(name, None)

    def by_function(self, function: str) -> Analysis | None:
        """Find the analysis of a Python function."""
        return next((analysis for analysis in self._known.values() if analysis.function == function), None)


def of_copark(name: str, group: Group, **more: Any) -> Analysis:
    """Return the analysis of this package that has a name."""
    return Analysis(name, f"copark.analyses.{name.replace('-', '_')}", group, **more)


REGISTRY = Registry(
    (
        of_copark("claims", "explain", former=(("--prior", "--parameters prior"),)),
        of_copark("experts", "explain"),
        of_copark("brief", "decide", version=4),
        of_copark("levers", "decide", version=3),
        of_copark("goal", "decide", version=2),
        of_copark("compare", "explain", version=3),
        of_copark("counterfactual", "explain", aliases=("but-for",), version=3),
        of_copark("accounts", "explain"),
        of_copark("sensitivity", "explain", version=3),
        of_copark("structures", "explain", version=2),
        of_copark("ablate", "explain", version=5),
        of_copark("calibrate", "calibrate", version=CALIBRATION_VERSION),
        of_copark("validate", "calibrate", version=2),
        of_copark("forecast", "calibrate", version=2),
        of_copark("score", "calibrate"),
        of_copark("pool", "calibrate", version=PANEL_VERSION),
        of_copark("stack", "calibrate", version=2),
        of_copark("joint", "parks", version=3),
        of_copark("evidence", "parks"),
        of_copark("voi", "decide"),
        of_copark("evsi", "decide"),
        of_copark("link-impact", "explain", aliases=("cascade",), version=3),
        of_copark("typology", "parks"),
        of_copark("standing", "parks", version=4),
        of_copark("reliability", "parks", version=2),
        of_copark("suzhou", "parks"),
        of_copark("parks", "parks"),
        of_copark("parks-accounts", "parks"),
        of_copark("distress", "parks"),
        of_copark("qca", "tables"),
        of_copark("nca", "tables"),
        of_copark("coupling", "tables"),
        of_copark("power", "tables"),
    )
)
"""The analyses of copark."""

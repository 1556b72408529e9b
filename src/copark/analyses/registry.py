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
    """Package with ``ask.py``, which defines ``Params``, a subclass of :class:`~copark.analyses.contract.Result` called
    ``Answer``, and ``compute(params, context)``; ``show.py`` with ``document(answer, texts)``; and ``texts.yaml``.
    ``ask.py`` may define ``run_id(params, context)`` where the result depends on more than its parameters, case and
    model; ``workload(params, context)``, how much there is to run: the command then has ``--plan``; ``listing(params,
    context)``, shown by ``listing`` of ``show.py``, what may be chosen: it then has ``--list``; ``anew(params,
    context)``, whether it is computed although an answer is stored; and ``deliver(params, answer, context)`` where a
    file of the reader's is written, also of an answer that was there; and ``WORKBOOK``, a parameter that is a
    workbook made from the template of ``workbook(params, context)``: a server takes it, too."""
    group: Group
    """Where it stands in help and menu."""
    engine: tuple[str, ...] = ()
    """Further packages whose code makes the result: a stored one of other code is made again."""
    aliases: tuple[str, ...] = ()
    """Former names of its command, which still work and are not listed."""
    former: tuple[tuple[str, str], ...] = ()
    """Former options of its command, each with the options that replace it."""
    distributed: bool = False
    """Whether workers here or on a cluster may do the work: the command then has ``--workers`` and ``--scheduler``."""

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
        """The module that computes."""
        return import_module(f"{self.package}.ask")

    @property
    def params(self) -> type[AnalysisParams]:
        """What it may be asked."""
        found: type[AnalysisParams] = self.ask.Params
        return found

    @property
    def answer(self) -> type[Result]:
        """What it answers."""
        found: type[Result] = self.ask.Answer
        return found

    def document(self, found: Result, lang: str = "en") -> Document:
        """What is shown of a result, in a language."""
        return self._shown("document", found, lang)

    def listing(self, params: AnalysisParams, context: Context, lang: str) -> Document:
        """What may be chosen, in a language; nothing is computed."""
        return self._shown("listing", self.ask.listing(params, context), lang)

    def _shown(self, name: str, found: Any, lang: str) -> Document:
        from copark.analyses.contract import Texts

        made: Document = getattr(import_module(f"{self.package}.show"), name)(found, Texts(self.area, lang))
        return made

    @property
    def served(self) -> bool:
        """Whether a server can ask it: it takes no files, so that none may be needed."""
        return not any(one.required and one.kind == "file" for one in self.params.form())

    @property
    def workbook(self) -> str:
        """Name of the parameter that is a workbook; empty where there is none."""
        return str(getattr(self.ask, "WORKBOOK", ""))

    @property
    def folder(self) -> Path:
        """Where its three files are."""
        return _folder(self.package)

    @cached_property
    def code(self) -> str:
        """Hash of the code that makes its results; what shows them is none of it."""
        from copark.identity import hash_content, hash_sources

        parts = [self.folder, *map(_folder, self.engine)]
        sources = ([path for path in folder.glob("*.py") if path.name != "show.py"] for folder in parts)
        found = zip(map(sorted, sources), parts, strict=True)
        return hash_content([hash_sources(files, folder) for files, folder in found])[:16]


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(next(iter(spec.submodule_search_locations)))


class Registry:
    """Analyses by name, in the order of help and menu."""

    def __init__(self, known: Sequence[Analysis]) -> None:
        self._known = {one.name: one for one in known}

    def __iter__(self) -> Iterator[Analysis]:
        """All of them."""
        return iter(tuple(self._known.values()))

    def __getitem__(self, name: str) -> Analysis:
        """One of them.

        Raises KeyError if there is none of this name.
        """
        return self._known[name]

    def get(self, name: str) -> Analysis | None:
        """One of them, or none."""
        return self._known.get(name)

    def add(self, analysis: Analysis) -> None:
        """Register an analysis whose package lies elsewhere."""
        register(analysis.area, analysis.folder / OF_ANALYSIS)
        self._known[analysis.name] = analysis

    def remove(self, name: str) -> None:
        """Forget one."""
        self._known.pop(name, None)

    def by_function(self, function: str) -> Analysis | None:
        """The analysis of a Python function."""
        return next((one for one in self._known.values() if one.function == function), None)

    def of(self, found: Any) -> Analysis:
        """The analysis that gave a result.

        Raises KeyError if none did.
        """
        package = type(found).__module__.rpartition(".")[0]
        known = next((one for one in self._known.values() if one.package == package), None)
        if known is None:
            raise KeyError(package)
        return known


REGISTRY = Registry(
    (
        Analysis(
            "claims",
            "copark.analyses.claims",
            "explain",
            engine=("copark.inference.claims",),
            former=(("--prior", "--parameters prior"),),
        ),
        Analysis(
            "experts",
            "copark.analyses.experts",
            "explain",
            engine=("copark.inference.elicitation", "copark.inference.claims"),
        ),
        Analysis("brief", "copark.analyses.brief", "decide", ("copark.analyses.levers", "copark.inference.levers")),
        Analysis("levers", "copark.analyses.levers", "decide", engine=("copark.inference.levers",)),
        Analysis("goal", "copark.analyses.goal", "decide", ("copark.inference.goal", "copark.inference.levers")),
        Analysis("compare", "copark.analyses.compare", "explain", ("copark.simulation.readouts",)),
        Analysis(
            "counterfactual",
            "copark.analyses.counterfactual",
            "explain",
            ("copark.simulation.readouts", "copark.analyses.compare"),
            ("but-for",),
        ),
        Analysis(
            "sensitivity",
            "copark.analyses.sensitivity",
            "explain",
            engine=("copark.inference.exploration",),
        ),
        Analysis("ablate", "copark.analyses.ablate", "explain", engine=("copark.inference.ablations",)),
        Analysis(
            "calibrate",
            "copark.analyses.calibrate",
            "calibrate",
            engine=("copark.inference", "copark.stats"),
            distributed=True,
        ),
        Analysis(
            "validate",
            "copark.analyses.validate",
            "calibrate",
            engine=("copark.inference", "copark.simulation.readouts", "copark.stats"),
        ),
        Analysis(
            "forecast",
            "copark.analyses.forecast",
            "calibrate",
            engine=("copark.inference", "copark.inference.pool"),
        ),
        Analysis("score", "copark.analyses.score", "calibrate", ("copark.inference",)),
        Analysis("pool", "copark.analyses.pool", "calibrate", ("copark.inference", "copark.inference.pool")),
        Analysis("stack", "copark.analyses.stack", "calibrate", ("copark.inference", "copark.inference.pool")),
        Analysis("joint", "copark.analyses.joint", "parks", ("copark.inference.joint", "copark.inference.pool")),
        Analysis(
            "voi",
            "copark.analyses.voi",
            "decide",
            engine=("copark.inference.voi", "copark.inference.claims", "copark.stats"),
        ),
        Analysis(
            "link-impact",
            "copark.analyses.link_impact",
            "explain",
            ("copark.inference.ablations", "copark.simulation.readouts"),
            ("cascade",),
        ),
        Analysis("typology", "copark.analyses.typology", "parks", ("copark.inference.typology",)),
        Analysis("reliability", "copark.analyses.reliability", "parks", ("copark.inference", "copark.stats")),
        Analysis("suzhou", "copark.analyses.suzhou", "parks", ("copark.inference",)),
        Analysis("parks", "copark.analyses.parks", "parks", ("copark.inference.typology",)),
        Analysis("qca", "copark.analyses.qca", "tables", ("copark.setmethods",)),
        Analysis("nca", "copark.analyses.nca", "tables", ("copark.setmethods",)),
        Analysis("coupling", "copark.analyses.coupling", "tables", ("copark.setmethods",)),
        Analysis("power", "copark.analyses.power", "tables", ("copark.setmethods",)),
    )
)
"""The analyses of copark."""

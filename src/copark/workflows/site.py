"""Building a static site: parks with their live briefs, side by side, claims, findings, tutorials and glossary."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from copark.browser import site_content, site_documents, site_offline
from copark.browser.park_map import laid_out
from copark.errors import Fault, FaultsFound, NotFound
from copark.progress import StagedProgress, silent
from copark.texts import LANGUAGES, entries, text
from copark.workflows.live_brief import check_live
from copark.workflows.site_folder import SiteFolder, opened

if TYPE_CHECKING:
    from copark.analyses.brief import Answer, Params
    from copark.analyses.context import Context
    from copark.analyses.registry import Analysis
    from copark.browser.live_page import BuiltPage
    from copark.browser.site_content import SitePark
    from copark.json_types import JsonObject
    from copark.presentation.document import Document
    from copark.presentation.site_html import Frame, MenuEntry

WIDE, NARROW = 1000.0, 480.0
"""Widths of the map, on a screen and on a phone."""
FORMAT = 1
"""Goes up by one where the same sources make other pages."""
STAGE = "site"
ASSETS, DOCUMENTATION, PAGES, APP = "assets", "documentation", "pages", "app"
"""Parts of the site beside its parks."""
DOCUMENTS = {
    "claims": ("claims", {"case": "great-stone"}),
    "record": ("parks", {}),
    "standing": ("standing", {}),
    "typology": ("typology", {}),
}
"""Shipped answers that are pages: the name of the page, the analysis, and what it is asked."""
BESIDE = ("standing", "typology", "record")
"""Those that tell of many parks."""


@dataclass(frozen=True)
class SiteInputs:
    """Files of a site that are built elsewhere than in the package."""

    icon: Path
    """The icon of the page of `copark serve`."""
    documentation: Path
    """Folder of the built documentation; it need not be there."""


@dataclass(frozen=True)
class BuiltSite:
    """A site as it was built, with how much of it was there before."""

    root: Path
    """The folder."""
    parks: int
    """Parks that it has."""
    parts_made: int
    """Parts that were made now."""
    parts_kept: int
    """Parts that were there already."""
    files: int
    """Files of the whole site."""
    size: int
    """Bytes of the whole site."""
    documentation: int
    """Bytes of the documentation among them; 0 where there is none."""
    seconds: float
    """Time it took."""
    has_documents: bool
    """True where findings, tutorials and glossary are on it."""


def build_site(
    root: Path,
    inputs: SiteInputs,
    *,
    only: Sequence[str] = (),
    own: Sequence[Path] = (),
    now: str | None = None,
    lang: str = "en",
    out: Path = Path("out"),
    threads: int | None = None,
    progress: StagedProgress = silent,
) -> BuiltSite:
    """Build a site, or what of it is missing or has changed.

    Parameters
    ----------
    root
        Folder of the site: new, empty, or a site.
    inputs
        Files that are built elsewhere.
    only
        Parks of the casebook; all where none are named.
    own
        Folders of own parks.
    now
        Quarter parks are looked at from; that of the release, as what ships, where none is named.
    lang
        Language in which the site opens.
    out
        Folder in which answers are stored that do not ship.
    threads
        Threads of the model.
    progress
        Called with stage, parts done and parts in all.

    Raises
    ------
    copark.errors.CoparkError
        If kernel or page is not built, a park is not there or has faults, or something else is in the folder.
    """
    from copark.analyses.context import Context
    from copark.cases.horizon import present_is
    from copark.cases.quarters import Quarter
    from copark.version import RELEASE_QUARTER

    began = time.monotonic()
    quarter = Quarter.asked(now or RELEASE_QUARTER, "--now")
    check_live()
    new_context = partial(Context, out, threads=threads, progress=progress, lang=lang)
    cases_to_build = [*((name, None) for name in chosen_cases(only)), *own_cases(own)]
    with present_is(quarter), opened(root) as folder:
        builder = _Builder(folder, inputs, str(quarter), lang, new_context, progress)
        builder.build(cases_to_build)
    return builder.built(time.monotonic() - began)


class _Builder:
    def __init__(
        self,
        folder: SiteFolder,
        inputs: SiteInputs,
        now: str,
        lang: str,
        new_context: Callable[[], Context],
        progress: StagedProgress,
    ) -> None:
        from copark.browser.live_page import built_page
        from copark.browser.module_files import module_and_layout
        from copark.identity import hash_content

        self.folder = folder
        self.inputs = inputs
        self.now = now
        self.lang = lang
        self.new_context = new_context
        self.progress = progress
        self.module, self.layout = module_and_layout()
        self.page: BuiltPage = built_page()
        self.icon = _icon(inputs.icon)
        self.has_built = site_documents.is_built(inputs.documentation)
        self.sources = None if self.has_built else site_documents.sources()
        # Everything that a page is made of beside its park: sources of the package, script, style and kernel.
        built = [self.page.script, self.page.style, str(self.layout.get("made_of"))]
        self.source = hash_content([FORMAT, _package_stamp(), built, self.has_built, self.sources is not None])
        self.parks: list[SitePark] = []

    def build(self, cases_to_build: Sequence[tuple[str, Path | None]]) -> None:
        """Build all parts, one after the other; what is recorded as it is asked for is left.

        Parameters
        ----------
        cases_to_build
            Names of parks, and the folders of own ones.
        """
        steps = len(cases_to_build) + 4
        tell = iter(range(steps + 1))
        self.progress(STAGE, next(tell), steps)
        self.assets()
        self.progress(STAGE, next(tell), steps)
        for name, path in cases_to_build:
            self.park(name, path)
            self.progress(STAGE, next(tell), steps)
        self.documentation()
        self.progress(STAGE, next(tell), steps)
        self.pages()
        self.progress(STAGE, next(tell), steps)
        documentation = [DOCUMENTATION] if self.has_built else []
        parks = [f"park/{park.name}" for park in self.parks]
        self.folder.keep_only([ASSETS, *documentation, PAGES, APP, *parks])
        self.app()
        self.progress(STAGE, next(tell), steps)

    def stamp(self, *parts: object) -> str:
        from copark.identity import hash_content

        return hash_content([self.source, *map(str, parts)])

    def assets(self) -> None:
        """Write what all pages share: style, scripts, kernel, icon and licences."""
        from copark.browser.site_icons import site_icons
        from copark.presentation.html_pdf import TEMPLATES
        from copark.presentation.site_html import inert_script, site_script, site_style

        stamp = self.stamp(self.icon)
        if self.folder.is_current(ASSETS, stamp):
            return
        kernel = base64.b64encode(self.module).decode("ascii")
        files: list[tuple[str, str | bytes]] = [
            ("assets/style.css", site_style([self.page.style])),
            ("assets/site.js", site_script()),
            ("assets/compare.js", (TEMPLATES / "compare.js").read_bytes()),
            ("assets/live.js", self.page.script),
            ("assets/kernel.js", inert_script("kernel", kernel)),
            ("assets/icon.svg", self.icon),
            *((f"assets/{name}", content) for name, content in site_icons(self.icon).items()),
            ("assets/licenses.txt", self.page.licences),
        ]
        self.folder.write(ASSETS, stamp, files)

    def park(self, name: str, path: Path | None) -> None:
        """Answer the brief of a park and write its live brief in both languages, with the packed park once."""
        from copark.analyses.answer import answer, run_id_of
        from copark.analyses.brief import Params
        from copark.analyses.registry import REGISTRY
        from copark.browser.site_content import SitePark

        context = self.new_context()
        params = Params(case=name if path is None else str(path))
        analysis = REGISTRY["brief"]
        result = cast("Answer", answer(analysis, params, context).result)
        park = SitePark(result.case if path is None else name, result, path is not None)
        self.parks.append(park)
        part = f"park/{park.name}"
        stamp = self.stamp(run_id_of(analysis, params, context), self.now, park.is_own)
        if not self.folder.is_current(part, stamp):
            self.folder.write(part, stamp, self.park_files(park, params, context))

    def park_files(self, park: SitePark, params: Params, context: Context) -> Iterator[tuple[str, str]]:
        from copark.browser.live_page import more_of, packer_of
        from copark.browser.payload import payload
        from copark.presentation.figures import Charts
        from copark.presentation.site_html import inert_script, live_page

        packed = payload(packer_of(params, context), self.layout, more_of(park.answer))
        yield f"data/{park.name}.js", inert_script("park", base64.b64encode(packed).decode("ascii"))
        words = {key: dict(both) for key, both in entries("live").items() if key.startswith("page.")}
        for lang in LANGUAGES:
            frame = self.frame(lang, park.address, "parks")
            yield frame.address, live_page(park.document(lang), frame, park.name, words, Charts(outlined=False))

    def documentation(self) -> None:
        """Copy the documentation where it is built."""
        from copark.identity import hash_files

        if not self.has_built:
            return
        place = self.inputs.documentation
        stamp = self.stamp(hash_files([path for path in place.rglob("*") if path.is_file()], place))
        if not self.folder.is_current(DOCUMENTATION, stamp):
            self.folder.write(DOCUMENTATION, stamp, site_documents.built_files(place))

    def pages(self) -> None:
        """Write the pages that are of no park alone."""
        from copark.identity import hash_files

        parks = [(park.name, park.answer.run_id, park.is_own) for park in self.parks]
        sources = "" if self.sources is None else hash_files(self.sources.rglob("*.md"), self.sources)
        stamp = self.stamp(parks, self.now, self.lang, sources, self._size_of(DOCUMENTATION))
        if not self.folder.is_current(PAGES, stamp):
            self.folder.write(PAGES, stamp, self.page_files())

    def page_files(self) -> Iterator[tuple[str, str]]:
        from copark.analyses.registry import REGISTRY

        context = self.new_context()
        answers: dict[str, JsonObject] = {name: dict(values) for name, (_, values) in DOCUMENTS.items()}
        for lang in LANGUAGES:
            yield self.home(self.frame(lang, "index.html", "home"))
            yield self.list_of_parks(self.frame(lang, "parks.html", "parks"))
            documents: dict[str, Document] = {}
            for name, (analysis, _) in DOCUMENTS.items():
                documents[name] = _document(REGISTRY[analysis], answers[name], context, lang)
                entry = name if name == "claims" else "compare"
                yield self.document(documents[name], self.frame(lang, f"{name}.html", entry))
            more = [{"title": documents[name].title, "address": f"{name}.html"} for name in BESIDE]
            yield self.compare(self.frame(lang, "compare.html", "compare"), more)
            yield self.about(self.frame(lang, "about.html", "about"))
            yield from self.text_pages(lang)
        # What a double click opens: the first page, in the language of the site.
        first = self.frame(self.lang, "index.html", "home")
        yield self.home(replace(first, address="index.html", twin_address=f"{first.other}/index.html"))

    def home(self, frame: Frame) -> tuple[str, str]:
        from copark.presentation.site_html import site_page

        # The page lies in the folder of a language, or at the root.
        way = "" if "/" in frame.address else f"{frame.lang}/"
        lang = frame.lang
        parks = [replace(tile, address=way + tile.address) for tile in site_content.tiles(self.parks, lang)]
        questions = [
            replace(question, address=way + question.address) for question in site_content.questions(self.parks)
        ]
        questions_park = next((park.title(lang) for park in self.parks if park.name == site_content.QUESTIONED), "")
        megabytes = max(1, round(self._size_of(DOCUMENTATION) / 1e6))
        return frame.address, site_page(
            "site_home.html.j2",
            frame,
            parks=parks,
            questions=questions,
            questions_park=questions_park,
            runs=f"{self.runs:,}",
            python=site_content.NEEDS_PYTHON,
            megabytes=megabytes if self.has_built else 0,
        )

    def list_of_parks(self, frame: Frame) -> tuple[str, str]:
        from copark.cases.parks import load_parks
        from copark.presentation.site_html import site_page

        places = load_parks().places.values()
        own_parks = [
            {"title": park.title(frame.lang), "address": park.address, "answer": park.document(frame.lang).headline}
            for park in site_content.in_order(self.parks, frame.lang)
            if park.is_own
        ]
        return frame.address, site_page(
            "site_parks.html.j2",
            frame,
            parks=site_content.rows_of_parks(self.parks, frame.lang),
            own=own_parks,
            live=len(self.parks),
            wide=laid_out(places, WIDE),
            narrow=laid_out(places, NARROW),
        )

    def compare(self, frame: Frame, more: Sequence[JsonObject]) -> tuple[str, str]:
        from copark.model.outcomes import OUTCOMES
        from copark.presentation.figures import Charts
        from copark.presentation.numbers import percent
        from copark.presentation.site_html import site_page

        lang = frame.lang
        return frame.address, site_page(
            "site_compare.html.j2",
            frame,
            parks=site_content.compared(self.parks, lang),
            outcomes=tuple(reversed(OUTCOMES)),
            percent=percent,
            sizes=site_content.size_titles(lang),
            course=Charts(outlined=False).inline(site_content.course_chart(self.parks, lang)),
            made_by=site_content.provenance_titles(lang),
            more=more,
            **site_content.horizons(self.parks, lang),
        )

    def about(self, frame: Frame) -> tuple[str, str]:
        from copark.presentation.site_html import site_page
        from copark.version import MODEL_VERSION, __version__

        lang = frame.lang
        now = site_content.horizons(self.parks, lang)["now"]
        provenance = [
            (text("analyses.provenance.code_version", lang), __version__),
            (text("analyses.provenance.model_version", lang), str(MODEL_VERSION)),
            (text("site.about.now", lang), now),
            (text("analyses.provenance.command", lang), "`copark site DIR`"),
            (text("site.about.park_count", lang), str(len(self.parks))),
            (text("site.about.run_ids", lang), text("site.about.run_ids_words", lang)),
        ]
        return frame.address, site_page(
            "site_about.html.j2",
            frame,
            entries=provenance,
            runs=f"{self.runs:,}",
            now=now,
        )

    def document(self, document: Document, frame: Frame) -> tuple[str, str]:
        from copark.presentation.figures import Charts
        from copark.presentation.site_html import document_page

        return frame.address, document_page(document, frame, Charts(outlined=False))

    def text_pages(self, lang: str) -> Iterator[tuple[str, str]]:
        """Make pages of Markdown where the documentation is not built; where there is none, say how to get it."""
        from copark.presentation.site_html import site_page

        if self.has_built:
            return
        if self.sources is None:
            for key in site_documents.READ:
                title = text(f"site.menu.{key}", lang)
                content = f"<h1>{title}</h1><p>{text('site.no_documents', lang)}</p>"
                frame = self.frame(lang, f"{key}.html", key)
                yield frame.address, site_page("site_text.html.j2", frame, title=title, content=content)
            return
        for page in site_documents.text_pages(self.sources, lang):
            frame = self.frame(lang, page.address, page.entry)
            yield frame.address, site_page("site_text.html.j2", frame, title=page.title, content=page.content)

    def app(self) -> None:
        """Write manifest and service worker, which name every file of the site."""
        pages = self.folder.hashes([name for name in self.folder.parts if name not in (DOCUMENTATION, APP)])
        documentation = self.folder.hashes([DOCUMENTATION])
        stamp = self.stamp(pages, documentation)
        if self.folder.is_current(APP, stamp):
            return
        manifests = {f"{lang}/app.webmanifest": site_offline.manifest(lang) for lang in LANGUAGES}
        # The manifests are kept, too; what they say changes with the package alone.
        cached = dict(pages) | dict.fromkeys(manifests, self.source)
        files = [*manifests.items(), (site_offline.WORKER, site_offline.worker(cached, documentation))]
        self.folder.write(APP, stamp, files)

    @property
    def runs(self) -> int:
        """Return how many runs a live brief makes."""
        return max(park.answer.runs for park in self.parks)

    def menu(self, lang: str) -> tuple[MenuEntry, ...]:
        from copark.presentation.site_html import MenuEntry

        places = {key: f"{lang}/{key}.html" for key in ("parks", "compare", "claims", *site_documents.READ)}
        if self.has_built:
            places |= {key: f"{site_documents.FOLDER}/{lang}/{place}" for key, place in site_documents.BUILT.items()}
        return tuple(MenuEntry(key, text(f"site.menu.{key}", lang), place) for key, place in places.items())

    def frame(self, lang: str, place: str, entry: str) -> Frame:
        from copark.presentation.site_html import Frame
        from copark.version import __version__

        return Frame(lang, f"{lang}/{place}", entry, self.menu(lang), __version__)

    def _size_of(self, *parts: str) -> int:
        names = self.folder.hashes(parts)
        return sum((self.folder.root / name).stat().st_size for name in names)

    def built(self, seconds: float) -> BuiltSite:
        """Describe what was built."""
        return BuiltSite(
            root=self.folder.root,
            parks=len(self.parks),
            parts_made=self.folder.parts_made,
            parts_kept=self.folder.parts_kept,
            files=len(self.folder.hashes()),
            size=self._size_of(*self.folder.parts),
            documentation=self._size_of(DOCUMENTATION),
            seconds=seconds,
            has_documents=self.has_built or self.sources is not None,
        )


def chosen_cases(only: Sequence[str]) -> list[str]:
    """List the parks of the casebook that a site has: all, or those named.

    Raises
    ------
    copark.errors.NotFound
        If one that is named is none.
    """
    from copark.cases import list_cases
    from copark.cases.casebook import suggested_case
    from copark.cases.types import shown

    names = list(list_cases())
    for name in only:
        if name not in names:
            raise NotFound.of("site.no_case", found=shown(name), suggestion=suggested_case(name, names))
    return [name for name in names if not only or name in only]


def own_cases(folders: Sequence[Path]) -> list[tuple[str, Path]]:
    """List own parks by their names.

    Raises
    ------
    copark.errors.FaultsFound
        If one has the name of another park.
    """
    from copark.cases import list_cases, load_case

    names = set(list_cases())
    parks: list[tuple[str, Path]] = []
    for folder in folders:
        name = load_case(folder).name
        if name in names:
            raise FaultsFound([Fault("site.same_name", str(folder), values={"name": name})])
        names.add(name)
        parks.append((name, folder))
    return parks


def _document(analysis: Analysis, values: JsonObject, context: Context, lang: str) -> Document:
    """Answer a question that ships, and show it."""
    from copark.analyses.answer import answer, at_release

    with at_release():  # as what ships is
        return answer(analysis, analysis.params(**values), context).document(lang)


def _icon(path: Path) -> str:
    if not path.is_file():
        raise NotFound.of("live.no_page")
    return path.read_text(encoding="utf-8")


def _package_stamp() -> str:
    """Return a stamp of the package's code, texts and templates."""
    from copark.identity import hash_files

    package = Path(__file__).parents[1]
    kinds = (".py", ".yaml", ".j2", ".css", ".js", ".json", ".csv")
    excluded = {package / "web", package / "browser" / "dist", package / "results"}
    return hash_files(
        [path for path in package.rglob("*") if path.suffix in kinds and not excluded & set(path.parents)], package
    )

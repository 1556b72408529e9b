"""Build the documentation site: ``python docs/build_site.py``, both languages side by side, into ``build/site``.

It is Sphinx with MyST-NB over the documents of this repository, over pages generated from the code and over notebooks
that are run, with what they gave kept until they or the package change. Warnings are errors. ``--install`` puts the
site where ``copark docs`` and ``copark serve`` find it.
"""  # noqa: INP001 - a script beside the documents

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image
from website.gallery import draw, gallery
from website.references import WRITERS
from website.staging import LANGUAGES, ROOT, site, stage, words

from copark.version import RELEASE_QUARTER

BUILD = ROOT / "build" / "site"
INSTALLED = ROOT / "src" / "copark" / "web" / "site"
CONFIGURATION = Path(__file__).parent / "website"
BUNDLED = ("Sphinx", "pydata-sphinx-theme", "myst-nb", "snowballstemmer", "Pygments")
"""Packages of which files or styles are on the site."""
LICENCE = re.compile(r"licen[cs]e|copying", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)
MADE_FUNCTION = re.compile(r"(PLURAL_EXPR = )new Function\(.*?\);", re.DOTALL)
"""Where Sphinx makes a function of a text, which the policy of a server forbids."""
PLURALS = {"en": "Number(n !== 1)", "zh": "0"}
"""Which form of a word stands with a number, by language."""
PAGE_NAME = re.compile(r"DOCUMENTATION_OPTIONS\.pagename = '([^']*)';?")
SHARED = ("basic.css", "scripts", "styles", "vendor")
"""What both languages share of the theme's files, in ``_static`` of each."""
NAMED_FILE = re.compile(r"""@import\s+["']([^"']+)["']|url\(\s*["']?([^"')]+?)["']?\s*\)""")
"""A file that a style names."""
CODE = re.compile(r'<(dt) class="sig.*?</\1>|<(code) class="docutils literal.*?</\2>', re.DOTALL)
WORD = re.compile(r'<span class="pre">([^<-]*)</span>')
ROW = re.compile(r'<tr class="row-(?:odd|even)">')
CELL = re.compile(r"(<(td|th)\b[^>]*>)<p>((?:(?!</?p\b).)*)</p>\s*(</\2>)", re.DOTALL)
"""A cell that is one paragraph."""
KEPT_SPACE = re.compile(r"(<(?:pre|textarea)\b.*?</(?:pre|textarea)>)", re.DOTALL)
"""Parts of a page in which every space is meant."""
INDENTED = re.compile(r"[ \t]*\n\s*")
DATA = re.compile(r"type=[\"']?(?:application|text)/(?!javascript)")


def generate(name: str, lang: str) -> str:
    """Write a generated page in a language."""
    return gallery(lang) if name == "gallery" else WRITERS[name](lang)


def build(lang: str, folder: Path, *, notebooks: bool = True) -> None:
    """Build the site in a language.

    Parameters
    ----------
    lang
        The language.
    folder
        Folder that gets sources, what is kept between two builds, and in ``html`` a folder for each language.
    notebooks
        Whether notebooks are run.
    """
    source = folder / "source" / lang
    html = folder / "html" / lang / "site"
    os.environ["COPARK_NOW"] = RELEASE_QUARTER
    kept = folder / "cache" / lang / stamp_of_package()

    def drawn(name: str, key: str, path: Path) -> str:
        """Draw a figure, or take the one that was drawn with the same package."""
        picture = kept / "figures" / path.name
        told = picture.with_suffix(".txt")
        if not told.is_file():
            told_words = draw(name, key, lang, picture)
            told.write_text(told_words, encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, path)
        return told.read_text(encoding="utf-8")

    stage(site(), lang, source, generate, drawn if notebooks else None)
    settings = {
        "nb_execution_mode": "cache" if notebooks else "off",
        "nb_execution_cache_path": str(kept / "notebooks"),
    }
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-c", str(CONFIGURATION)]
    command += ["-d", str(folder / "doctrees" / lang)]
    command += [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]
    environment = {**os.environ, "COPARK_SITE_LANG": lang, "COPARK_LANG": lang, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    environment |= {"JUPYTER_PATH": str(kernel(folder / "jupyter"))}
    subprocess.run([*command, str(source), str(html)], check=True, env=environment)  # noqa: S603
    for path in html.rglob("*.html"):
        lighter = without_inline_scripts(slim(path.read_text(encoding="utf-8")), path, html)
        path.write_text(lighter, encoding="utf-8", newline="\n")
    for path in html.glob("_images/*.png"):
        with_few_colours(path)
    tools = html / "_static" / "doctools.js"
    script, count = MADE_FUNCTION.subn(
        lambda found: f"{found[1]}(n) => {PLURALS[lang]};", tools.read_text(encoding="utf-8")
    )
    if count != 1:
        raise LookupError(f"{tools.name} does not make its plurals as it did: see MADE_FUNCTION")
    tools.write_text(script, encoding="utf-8")
    (html / "_static" / "licenses.txt").write_text(licences(), encoding="utf-8")
    for left in ("_sources", "objects.inv", ".buildinfo", ".buildinfo.bak"):
        place = html / left
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    for path in html.rglob("*.map"):
        path.unlink()


def licences() -> str:
    """Return the licences of what is bundled into the site: of parts of the theme, and of packages that give files."""
    parts = [(CONFIGURATION / "licences.txt").read_text(encoding="utf-8")]
    for name in BUNDLED:
        found = distribution(name)
        files = [file for file in found.files or () if ".dist-info" in file.parts[0] and LICENCE.search(file.name)]
        words_of = "\n\n".join(file.read_text(encoding="utf-8").strip() for file in files)
        parts.append(f"## {found.metadata['Name']} {found.version}\n\n{words_of}\n")
    return "\n".join(parts)


def kernel(folder: Path) -> Path:
    """Describe the kernel that notebooks run in, which is this Python, and return the folder that Jupyter looks in."""
    place = folder / "kernels" / "python3" / "kernel.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
    described = {"argv": command, "display_name": "Python 3", "language": "python"}
    place.write_text(json.dumps(described), encoding="utf-8")
    return folder


def stamp_of_package() -> str:
    """Return a hash of what notebooks run: files of the package that are code or texts."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix in (".py", ".yaml", ".csv") and "web" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def without_inline_scripts(text: str, path: Path, html: Path) -> str:
    """Return a page whose scripts are files, as the policy of a server asks; data in a script stays.

    Parameters
    ----------
    text
        The page.
    path
        Where it is.
    html
        Folder of the site in its language.
    """

    def as_file(found: re.Match[str]) -> str:
        attributes, script = found.groups()
        if DATA.search(attributes) or not script.strip():
            return found.group()
        if page := PAGE_NAME.fullmatch(script.strip()):
            script = "DOCUMENTATION_OPTIONS.pagename = document.currentScript.dataset.page;"
            attributes = f' data-page="{page.group(1)}"'
        else:
            attributes = ""
        name = f"inline-{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"
        (html / "_static" / name).write_text(script, encoding="utf-8")
        return f'<script{attributes} src="{os.path.relpath(html / "_static" / name, path.parent)}"></script>'

    return SCRIPT.sub(as_file, text)


def slim(text: str) -> str:
    """Return a page without what nobody sees: indentation, empty lines, marks of rows, cells and words of code.

    A word with a hyphen keeps its mark, since no line may break in it.
    """
    plain = CODE.sub(lambda found: WORD.sub(r"\1", found[0]), text)
    plain = ROW.sub("<tr>", CELL.sub(r"\1\3\4", plain))
    parts = KEPT_SPACE.split(plain)
    return "".join(part if number % 2 else INDENTED.sub("\n", part) for number, part in enumerate(parts))


def with_few_colours(path: Path) -> None:
    """Write a picture with a palette, which a figure of few colours needs a third of the room for."""
    with Image.open(path) as picture:
        if picture.mode == "P":
            return
        plain = Image.new("RGB", picture.size, "white")
        plain.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
        resolution = {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
    few = plain.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    smaller = path.with_suffix(".palette")
    few.save(smaller, "PNG", optimize=True, **resolution)
    if smaller.stat().st_size < path.stat().st_size:
        smaller.replace(path)
    else:
        smaller.unlink()


def first_page() -> str:
    """Return the page before both languages."""
    names = {lang: words()["choose"][lang] for lang in LANGUAGES}
    links = "".join(
        f'<p><a href="{lang}/index.html" hreflang="{tag}" lang="{tag}">{names[lang]}</a></p>'
        for lang, tag in (("en", "en"), ("zh", "zh-CN"))
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>copark</title></head><body><main><h1>copark</h1>{links}</main></body></html>\n"
    )


def put_together(folder: Path) -> None:
    """Put both languages into one folder, ``site``, with a page before them."""
    shutil.rmtree(folder / "site", ignore_errors=True)
    for lang in LANGUAGES:
        shutil.copytree(folder / "html" / lang / "site", folder / "site" / lang)
    share(folder / "site")
    (folder / "site" / "index.html").write_text(first_page(), encoding="utf-8")


def share(site: Path) -> None:
    """Put what both languages have of the theme beside these, once, and let pages lead there.

    Parameters
    ----------
    site
        The site.

    Raises
    ------
    LookupError
        If it is not the same in all languages, or a style names a file that is left behind.
    """
    shared = site / "shared"
    for name in SHARED:
        places = [site / lang / "_static" / name for lang in LANGUAGES]
        contents = [_files_of(place) for place in places]
        if any(held != contents[0] for held in contents):
            raise LookupError(f"_static/{name} is not the same in all languages")
        for inside, content in contents[0].items():
            target = shared / name / inside if inside.parts else shared / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for place in places:
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    for style in shared.rglob("*.css"):
        named = [one or other for one, other in NAMED_FILE.findall(style.read_text(encoding="utf-8"))]
        missing = [name for name in named if ":" not in name and not (style.parent / name).is_file()]
        if missing:
            raise LookupError(f"{style.name} names {', '.join(missing)}: see SHARED")
    place = re.compile(rf'(?<=")((?:\.\./)*)_static/(?=(?:{"|".join(map(re.escape, SHARED))})[/?"])')
    for path in (path for lang in LANGUAGES for path in (site / lang).rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        path.write_text(place.sub(r"\1../shared/", text), encoding="utf-8", newline="\n")


def _files_of(place: Path) -> dict[Path, bytes]:
    """Return the content of each file in a folder, by its name within; of a file its own."""
    found = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
    return {path.relative_to(place): path.read_bytes() for path in found}


def main(arguments: Sequence[str]) -> int:
    """Build the site as a command does, and return how it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lang", choices=LANGUAGES, help="one language alone")
    parser.add_argument("--no-notebooks", action="store_true", help="do not run notebooks")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where it is built")
    parser.add_argument("--install", action="store_true", help="put the site beside the package")
    asked = parser.parse_args(arguments)
    if asked.lang:
        try:
            build(asked.lang, asked.folder, notebooks=not asked.no_notebooks)
        except subprocess.CalledProcessError as error:  # what is wrong was said by Sphinx
            return error.returncode
    else:
        beside = [
            subprocess.Popen([sys.executable, __file__, *arguments, "--lang", lang])  # noqa: S603
            for lang in LANGUAGES
        ]
        if sum(process.wait() for process in beside):  # of all of them
            return 1
        put_together(asked.folder)
        if asked.install:
            shutil.rmtree(INSTALLED, ignore_errors=True)
            shutil.copytree(asked.folder / "site", INSTALLED)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Settings of Sphinx; ``docs/build_site.py`` gives the language, and whether notebooks are run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from copark.version import __version__  # noqa: E402
from website.chinese_search import SearchChineseWords  # noqa: E402
from website.staging import site, words  # noqa: E402

lang = os.environ["COPARK_SITE_LANG"]
said = {key: by_lang[lang] for key, by_lang in words().items()}
project = "copark"
author = "copark"
copyright = ""  # noqa: A001 - the name is Sphinx's
version = release = __version__
language = {"en": "en", "zh": "zh_CN"}[lang]
extensions = ["myst_nb"]
templates_path = [str(HERE / "templates")]
html_static_path = [str(HERE / "static")]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["jupyter_execute"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "fieldlist", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_merge_streams = True
nb_ipywidgets_js = {}
"""No script of another host: no notebook here has widgets."""
nb_render_markdown_format = "myst"

html_theme = "pydata_sphinx_theme"
html_title = "copark"
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None
html_favicon = str(HERE.parents[1] / "frontend" / "public" / "icon.svg")
html_context = {
    "default_mode": "auto",
    "said": said,
    "lang": lang,
    "other_lang": {"en": "zh", "zh": "en"}[lang],
    "footer": said["footer"].format(version=__version__),
}
html_theme_options: dict[str, Any] = {
    "logo": {"text": "copark"},
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button-field", "language-switch"],
    "header_links_before_dropdown": 5,
    "navigation_depth": 1,
    "show_toc_level": 2,
    "footer_start": ["site-footer"],
    "footer_end": [],
    "show_prev_next": True,
    "search_as_you_type": False,
}
listed = [page.name for pages in site().groups.values() for page in pages if not page.name.endswith("/index")]
"""Pages that an index lists, of which each would else carry the list of all beside it."""
html_sidebars: dict[str, list[str]] = {"**": ["sidebar-nav-bs"], **{name: [] for name in ("index", *listed)}}
html_search_language = lang
html_search_scorer = str(HERE / "static" / "scorer.js")
python_maximum_signature_line_length = 72
add_module_names = False
suppress_warnings = ["myst.header"]
"""Documents of the repository begin sections where they like; what is missing is still an error."""


def setup(_app: Any) -> None:
    """Let Chinese queries be split into the words of the index."""
    from sphinx.search import languages

    languages["zh"] = SearchChineseWords

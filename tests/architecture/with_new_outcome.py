"""Ask a run, its report, its figure and the page with another catalogue of outcomes: a program of its own.

The folder that is its argument has `outcomes.yaml` and the texts that the recipe adds. Prints what was told, as JSON.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1])


def take_catalogue():
    """Make the module of outcomes of a copy that reads the folder's file, before anybody has asked the real one."""
    import copark.model.variables

    source = Path(copark.model.__file__).parent / "outcomes.py"
    copy = FOLDER / "outcomes.py"
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("copark.model.outcomes", copy)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = copark.model.outcomes = module
    spec.loader.exec_module(module)


def take_texts():
    from copark import texts

    for path in FOLDER.glob("texts/*.yaml"):
        texts.register(path.stem, path)


def run_answers():
    """The result of a small run, and its report in both languages."""
    from copark.analyses.run import answer_of
    from copark.cases import load_case
    from copark.presentation.rendered_document import to_json
    from copark.python_api.studies import simulate

    result = simulate("great-stone", runs=60, parameters="prior")
    answer = answer_of(result, load_case("great-stone"))
    documents = {lang: json.dumps(to_json(answer.document(lang)), ensure_ascii=False) for lang in ("en", "zh")}
    return result, documents


def codes_of_the_browser(result):
    """What the loops for the browser read of the same paths."""
    import numba

    from copark.browser import readings
    from copark.simulation.readouts.compare import judged_column

    runs = result.sizes["run"]
    paths = np.stack([result[name].to_numpy()[0] for name in readings.OUTCOME_OUTPUTS], axis=1)
    codes = np.zeros(runs, np.int8)
    status = np.stack([result["status"].to_numpy()[0], *[np.zeros(runs, np.int64)] * 2], axis=1)
    columns = np.arange(len(readings.OUTCOME_OUTPUTS))
    numba.njit(readings.read_outcomes)(paths, status, columns, judged_column(result), 0, codes)
    return codes.tolist()


def repaid(result):
    """Whether taxes have repaid the publics in each run, by the tests of accounts."""
    from copark.simulation.accounts import NEEDED, margins
    from copark.simulation.readouts.compare import judged_column

    paths = {name: result[name].to_numpy()[0] for name in NEEDED}
    return (margins(paths, judged_column(result)).pays_back >= 0.0).tolist()


def figure_key(result):
    """Titles in the key of the figure of outcomes, and their colours."""
    from matplotlib.colors import to_hex

    from copark.figures.readouts import outcome_bars

    (key,) = outcome_bars(result, lang="en").legends
    patches = key.get_patches()
    return {
        label.get_text(): to_hex(patch.get_facecolor()) for label, patch in zip(key.get_texts(), patches, strict=True)
    }


def page_answer():
    from starlette.testclient import TestClient

    from copark.web.limits import ServerSettings
    from copark.web.server import create_app

    app = create_app(ServerSettings(data=FOLDER / "out", warm=False, threads=1))
    asked = {"case": "great-stone", "runs": 60, "draws": "prior", "scenario": {"edits": {"capability": 0.9}}}
    with TestClient(app, base_url="http://localhost") as client:
        return client.post("/api/v1/simulate", json=asked).json()


def main():
    take_catalogue()
    take_texts()
    result, documents = run_answers()
    told = {
        "meanings": result["outcome"].attrs["flag_meanings"],
        "codes": result["outcome"].to_numpy()[0].tolist(),
        "browser": codes_of_the_browser(result),
        "repaid": repaid(result),
        "documents": documents,
        "figure": figure_key(result),
        "page": page_answer(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()

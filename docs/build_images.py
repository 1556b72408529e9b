"""Draw the figures of documents from a run and an answer about Great Stone: ``python docs/build_images.py``."""  # noqa: INP001

from __future__ import annotations

from pathlib import Path

import copark

FOLDER = Path(__file__).parent / "images"


def main() -> None:
    """Draw the registered residents of 1,000 runs, and how probable each claim is, once in each language."""
    case = copark.load_case("great-stone")
    result = copark.simulate(case, runs=1000, seed=1)
    claims = copark.experts("great-stone")
    FOLDER.mkdir(exist_ok=True)
    for lang in ("en", "zh"):
        figure = copark.figures.fan(result, "registered", case, lang)
        figure.savefig(FOLDER / f"registered-{lang}.svg", metadata={"Date": None})
        claims.plot("claims", lang=lang).savefig(FOLDER / f"claims-{lang}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()

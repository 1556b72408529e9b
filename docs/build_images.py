"""Draw the figures of the README from a run of Great Stone's baseline: ``python docs/build_images.py``."""  # noqa: INP001

from __future__ import annotations

from pathlib import Path

import copark

FOLDER = Path(__file__).parent / "images"


def main() -> None:
    """Simulate 1,000 runs and draw the registered residents, once in each language."""
    case = copark.load_case("great-stone")
    result = copark.simulate(case, runs=1000, seed=1)
    FOLDER.mkdir(exist_ok=True)
    for lang in ("en", "zh"):
        figure = copark.figures.fan(result, "registered", case, lang)
        figure.savefig(FOLDER / f"registered-{lang}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()

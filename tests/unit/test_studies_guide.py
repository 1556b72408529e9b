"""The guide to studies names everything a study may change, in both languages, and its examples are sound."""

from pathlib import Path

import pytest
import yaml

from copark.cases.load import load_case
from copark.cases.types import keys_read
from copark.simulation.run import inputs_of
from copark.simulation.scenario_edits import Depth, Edits
from copark.simulation.study import Scenario, Study

pytestmark = pytest.mark.documents

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "reference").glob("studies.*.md"))


def examples(guide: Path) -> list[tuple[str, str, str]]:
    """Rows of the guide's tables: the level they stand on, key and example."""
    rows, level = [], ""
    for line in guide.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            level = "edits" if "dits" in line else "scenario"
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| `") else []
        if len(cells) == 3 and cells[2].startswith("`"):
            rows.append((level, cells[0].strip("`"), cells[2].strip("`")))
    return rows


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_key_is_told_and_the_whole_example_is_a_study(guide: Path) -> None:
    words = guide.read_text(encoding="utf-8")
    fields = [item for model in (Study, Scenario, Edits, Depth) for item in model.model_fields.items()]
    assert not [name for name, field in fields if keys_read(name, field)[0] not in words]
    block = words.split("```yaml")[1].split("```")[0]
    assert len(Study.model_validate(yaml.safe_load(block)).scenarios) == 2


def test_every_example_is_sound(subtests: pytest.Subtests) -> None:
    for level, key, written in examples(GUIDES[0]):
        with subtests.test(level=level, key=key, written=written):
            value = yaml.safe_load(written)
            changes = {"edits": {key: value}} if level == "edits" else {key: value}
            scenario = Scenario.model_validate({"key": "a", "title": {"en": "A", "zh": "情景"}, **changes})
            assert len(inputs_of(load_case("great-stone"), scenario).world) == 80

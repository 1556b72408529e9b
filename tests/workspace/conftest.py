"""A group's things, small: a case of its own, a study, and a stored run; and the workspace made of them."""

from __future__ import annotations

import pytest

from copark.workflows import new, run_study, workspaces

STUDY = """\
format: 1
name: half
title: {en: "Half of the enquiries", zh: "咨询减半"}
case: great-stone
runs: 3
draws: defaults
keep: [operating, cash]
scenarios:
  - {key: as-it-is, title: {en: "As it is", zh: "现状"}}
  - {key: half, title: {en: "Half", zh: "减半"}, parameters: {enquiry_rate: 1.0}}
"""


@pytest.fixture(scope="session")
def group(tmp_path_factory):
    """A folder with ``my-park/``, ``half.yaml`` and ``out/`` with one run."""
    place = tmp_path_factory.mktemp("group")
    new("my-park", place)
    (place / "half.yaml").write_text(STUDY, encoding="utf-8")
    run_study(place / "half.yaml", out=place / "out", report=False)
    return place


@pytest.fixture(scope="session")
def own(group):
    """A run on the group's own case, packed alone: quick to verify."""
    study = group / "own.yaml"
    study.write_text(STUDY.replace("case: great-stone", f"case: {group / 'my-park'}"), encoding="utf-8")
    made = run_study(study, out=group / "own", report=False)
    return workspaces.pack(group / "own.zip", runs=[made.identity], studies=[str(study)], out=group / "own")


@pytest.fixture(scope="session")
def packed(group):
    """Everything of the group in one archive."""
    return workspaces.pack(
        group / "all.zip", cases=[str(group / "my-park")], studies=[str(group / "half.yaml")], everything=True,
        creators=["A. Group"], out=group / "out",
    )  # fmt: skip

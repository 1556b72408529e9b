"""Workflows and commands: what may be asked, and what is answered."""

import pytest
from typer.main import get_command

from copark.cli import sensitivity as commands
from copark.cli.app import app
from copark.errors import CoparkError, NotFound
from copark.inference import case_parameters
from copark.inference.case_parameters import CaseParameters
from copark.simulation.trust import Trust
from copark.workflows import sensitivity


def ask(arguments, lang="en"):
    return get_command(app)(args=arguments, prog_name="copark", standalone_mode=False, obj=lang)


@pytest.fixture
def without_posterior(monkeypatch):
    prior = CaseParameters(Trust.without("great-stone", "prior"), None)
    monkeypatch.setattr(case_parameters, "parameters_of", lambda *_, **__: prior)


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"method": "nothing"}, "nothing"), ({"over": "nowhere"}, "nowhere"), ({"size": 100}, "power of two")],
)
def test_what_cannot_be_asked_is_refused_in_words(changes, word):
    asked = {"method": "all", "size": None, "replicates": None, "over": "prior", "seed": 1} | changes
    with pytest.raises(CoparkError, match=word):
        sensitivity.settings_of(**asked)


def test_a_size_sets_samples_too():
    found = sensitivity.settings_of("all", 64, 3, "prior", 5)
    assert (found.size, found.sample, found.replicates, found.seed) == (64, 1024, 3, 5)


def test_a_box_without_a_posterior_is_refused(without_posterior):
    with pytest.raises(CoparkError, match="no posterior"):
        sensitivity.sensitivity("great-stone", over="posterior-box")


def test_a_case_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        sensitivity.plan("nowhere")


def test_the_plan_is_told_and_nothing_is_run(without_posterior, capsys, tmp_path):
    ask(["sensitivity", "great-stone", "--size", "16", "--plan", "--out", str(tmp_path)])
    told = capsys.readouterr().out
    assert "Ahead" in told
    assert "simulated quarters" in told
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sensitivity_from_the_command_line(without_posterior, capsys, tmp_path, lang):
    arguments = ["sensitivity", "great-stone", "--method", "sobol", "--size", "8", "--replicates", "1"]
    ask([*arguments, "--threads", "1", "--out", str(tmp_path)], lang)
    told = capsys.readouterr().out
    assert {"en": "Dummy (other luck, nothing else)", "zh": "虚设因素（仅更换随机序列）"}[lang] in told
    pages = list(tmp_path.rglob(f"sensitivity-{lang}.html"))
    assert len(pages) == 1
    assert (pages[0].parent / "tables" / f"sensitivity-{lang}.xlsx").is_file()


def test_a_screen_alone_is_shown(without_posterior, capsys, tmp_path):
    ask(
        ["sensitivity", "great-stone", "--method", "morris", "--replicates", "1", "--no-report", "--out", str(tmp_path)]
    )
    assert "Operating" in capsys.readouterr().out
    assert not any(tmp_path.iterdir())


def test_help_speaks_both_languages(capsys):
    for lang, word in (("en", "where the park fails"), ("zh", "园区在何种情形下失败")):
        with pytest.raises(SystemExit):
            get_command(app)(args=["sensitivity", "--help"], prog_name="copark", standalone_mode=True, obj=lang)
        assert word in " ".join(capsys.readouterr().out.split())
    assert commands.Method.all == "all"

"""How to cite: of one file, in two languages and for BibTeX, with the version and the run ID."""

from types import SimpleNamespace

import pytest

import copark as cp
from copark.analyses.citation import citation
from copark.analyses.contract import Result
from copark.analyses.vocabulary import MisusedFunction

RUN_ID = "0123456789abcdef"


def test_the_file_is_of_this_version():
    assert citation()["version"] == cp.__version__


def test_software_and_paper_are_named_in_both_languages():
    paper = citation()["references"][0]
    for lang in ("en", "zh"):
        with cp.set_options(lang=lang):
            software, article = cp.cite().split("\n")
        assert citation()["title"] in software
        assert cp.__version__ in software
        assert paper["title"] in article
        assert article.endswith(paper["doi"])
    with cp.set_options(lang="zh"):
        assert f"运行编号 {RUN_ID}" in cp.cite(RUN_ID)


def test_an_answer_a_run_and_a_dataset_are_cited_by_their_run_id():
    answer = SimpleNamespace(run_id=RUN_ID)
    run = SimpleNamespace(identity=RUN_ID)
    dataset = SimpleNamespace(attrs={"identity": RUN_ID})
    assert {cp.cite(one) for one in (answer, run, dataset, RUN_ID)} == {Result.cite(answer)}
    assert f"Run ID {RUN_ID}" in Result.cite(answer)
    assert RUN_ID not in cp.cite()


def test_what_has_no_run_id_and_another_style_are_refused():
    for given in ({"of": 7}, {"of": ""}, {"style": "apa"}):
        with pytest.raises(MisusedFunction, match=next(iter(given))):
            cp.cite(**given)


def test_a_word_that_is_no_run_id_is_refused():
    """It would stand in a list of literature as if it could be found."""
    told_of = {"thilawa": r"frames\(\"thilawa\"\)", "莱基": r"brief\(\"lekki\"\)", "my answer": r"runs\(\)"}
    for word, told in told_of.items():
        for style in ("text", "bibtex"):
            with pytest.raises(MisusedFunction, match=told):
                cp.cite(word, style=style)
    assert f"Run ID {RUN_ID[:8]}" in cp.cite(RUN_ID[:8])


def test_entries_for_bibtex_are_whole():
    entries = cp.cite(RUN_ID, "bibtex")
    assert entries.count("{") == entries.count("}")
    assert [line for line in entries.split("\n") if line.startswith("@")] == ["@software{copark,", "@article{liu2020,"]
    assert f"note = {{Run ID {RUN_ID}}}" in entries
    assert "author = {Liu, Zhigao and Wang, Tao}" in entries

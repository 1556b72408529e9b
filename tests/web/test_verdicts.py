"""Verdicts of a trial are put together from its tables: in both languages, with the numbers they rest on."""

from __future__ import annotations

import csv
from pathlib import Path

from copark.workflows.serving.verdicts import verdicts_in

VERDICT = {
    "claim": "1", "claim_verdict": "supported", "part": "host", "verdict": "undetermined", "severity": "0.98",
    "held_by_prior": "", "why": "luck", "leans_on_unmoved": "value_host; no_such_parameter", "flipped_by": "alpha-high",
}  # fmt: skip
TITLES = {"en": "More weight of effort", "zh": "努力权重更高"}
WORDS = {"en": "change of P(failed)", "zh": "P（失败）的变化"}


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_verdict_has_words_numbers_and_what_would_change_it(tmp_path: Path) -> None:
    for lang in ("en", "zh"):
        write(tmp_path, f"claims-verdicts-{lang}.csv", [VERDICT])
        write(tmp_path, f"claims-block-{lang}.csv", [{"variant": "alpha-high", "variant_title": TITLES[lang]}])
        number = {
            "claim": "1", "part": "host", "statistic": "failed", "words": WORDS[lang], "p05": "0.1", "middle": "0.2",
            "p95": "",
        }  # fmt: skip
        both = [number, {**number, "part": "home", "words": "home"}]
        write(tmp_path, f"claims-statistics-{lang}.csv", both if lang == "en" else both[::-1])
    (one,) = verdicts_in(tmp_path)
    assert (one.words.en, one.words.zh) == ("undetermined", "未定")
    assert (one.severity, one.held) == (0.98, None)
    assert one.why is not None
    assert [found.model_dump() for found in one.flips] == [TITLES]
    assert len(one.leans) == 1
    (number_told,) = one.statistics
    assert number_told.words.model_dump() == WORDS
    assert (number_told.low, number_told.middle, number_told.high) == (0.1, 0.2, None)


def test_a_trial_told_in_one_language_speaks_it_in_both(tmp_path: Path) -> None:
    write(tmp_path, "claims-verdicts-en.csv", [VERDICT])
    write(tmp_path, "claims-block-en.csv", [{"variant": "alpha-high", "variant_title": TITLES["en"]}])
    (one,) = verdicts_in(tmp_path)
    assert one.flips[0].zh == TITLES["en"]
    assert one.statistics == []


def test_tables_of_another_form_give_no_verdicts(tmp_path: Path) -> None:
    assert verdicts_in(tmp_path) == []
    write(tmp_path, "claims-verdicts-en.csv", [{"claim": "1", "verdict": "supported"}])
    assert verdicts_in(tmp_path) == []

"""A claims file is read as hostile; every fault is told with its place, cause and repair, in both languages."""

import pytest

from copark.analyses.claims.claims_file import ClaimsFaults, examine, load_claims
from tests.claims.conftest import SMALL

WRITTEN = SMALL.read_text(encoding="utf-8")
RULE = "supported: {of: share, above: 0.5}"
FAULTS = {
    # what is written, what stands there instead: code of the fault, its place
    ("format: 1", "format: 2"): ("cases.not_allowed", "format"),
    ("fixed: 2026-11-24", "fixed: 2026-13-24"): ("cases.no_such_day", "fixed"),
    ("kind: rival", "kind: rumour"): ("cases.not_allowed", "claims[1].kind"),
    ("limits: {en: \"None.\", zh: \"无。\"}", "limit: {en: \"None.\", zh: \"无。\"}"): (
        "cases.missing_key", "claims[0].limits"),
    (RULE, "supported: {of: shares, above: 0.5}"): ("claims.unknown_statistic", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {of: share, above: much}"): ("claims.unknown_margin", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {of: share, within: -0.5}"): ("claims.negative", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {of: share, within: -risk}"): ("claims.negative", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {of: share}"): ("claims.condition_relation", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {above: 0.5}"): ("claims.condition_head", "claims[1].parts[0].rule.supported"),
    (RULE, "supported: {of: share, above: [1]}"): (
        "cases.not_a_number", "claims[1].parts[0].rule.supported.above.float"),
    (RULE, "supported: {of: share, above: true}"): ("claims.bound", "claims[1].parts[0].rule.supported.above"),
    (RULE, "supported: {of: share, abvoe: 0.5}"): ("cases.unknown_key", "claims[1].parts[0].rule.supported.abvoe"),
    ("year: 12, arm: half-enquiries", "year: 12.1, arm: half-enquiries"): (
        "claims.year", "claims[0].parts[0].statistics.size.year"),
    ("{kind: level, output: jobs, year: 12, arm: as-it-is}", "{kind: level, output: jobs, arm: as-it-is}"): (
        "claims.statistic", "claims[1].parts[0].statistics.jobs"),
    ("{kind: level, output: jobs, year: 12, arm: as-it-is}", "{kind: level, output: job, year: 12, arm: as-it-is}"): (
        "study.unknown", "claims[1].parts[0].statistics.jobs.output.job"),
    ("{kind: level, output: jobs, year: 12, arm: as-it-is}", "{kind: level, output: jobs, year: 25, arm: as-it-is}"): (
        "claims.beyond", "claims[1].parts[0].statistics.jobs.year"),
    ("{kind: level, output: jobs, year: 12, arm: as-it-is}", "{kind: level, output: jobs, year: 12, arm: as-is}"): (
        "claims.unknown_arm", "claims[1].parts[0].statistics.jobs.arm"),
    ("arms: [as-it-is, rival, no-land, rival-no-land]}\n          size", "arms: [as-it-is, rival]}\n          size"): (
        "claims.arms", "claims[0].parts[1].statistics.standing.arms"),
    ("headline: {all: [size]}", "headline: {all: [sice]}"): ("claims.unknown_part", "claims[0].headline.all[0]"),
    ("headline: {all: [size]}", "headline: {all: [size], any: [size]}"): ("claims.headline", "claims[0].headline"),
    ("arms: [no-land]", "arms: [no-lands]"): ("claims.unknown_arm", "claims[0].arms[0]"),
    ("- id: R-pole", '- id: "1"'): ("claims.repeated", "claims[1].id"),
    ("- key: visits-nil", "- key: no-service"): ("claims.repeated", "judgement[1].key"),
    ("- key: additive", "- key: size"): ("claims.repeated", "claims[0].parts[1].key"),
    ("parameters: {land_price: 0}\n  rival:", "parameters: {land_prize: 0}\n  rival:"): (
        "study.unknown", "arms.no-land.parameters.land_prize"),
    ("times: {enquiry_rate: 0.5}", "times: {enquiries: 0.5}"): (
        "study.unknown", "arms.half-enquiries.times.enquiries"),
    ("times: {enquiry_rate: 0.5}", "times: {enquiry_rate: -1}"): (
        "cases.limit", "arms.half-enquiries.times.enquiry_rate"),
    ("scale: {governments.visit: 0}", "scale: {governments.visits: 0}"): (
        "study.unknown", "judgement[1].scale.governments.visits"),
    ("edits: {drop: [anchor/china-merchants-subpark,", "edits: {drop: [anchor/nobody,"): (
        "study.edit_drop", "worlds.nobody-comes.edits.drop[0]"),
    ("links: [demand_to_arrivals]", "links: [demand_to_arrival]"): ("study.unknown", "claims[0].mechanism.links"),
}  # fmt: skip


def written(tmp_path, text):
    path = tmp_path / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_fault_is_told_with_its_place(tmp_path, great_stone, subtests):
    for (there, instead), expected in FAULTS.items():
        with subtests.test(there=there, instead=instead):
            assert there in WRITTEN
            path = written(tmp_path, WRITTEN.replace(there, instead, 1))
            claims, found = examine(path, great_stone)
            assert claims is None
            fault = next(one for one in found if (one.code, one.key) == expected)
            assert fault.file == "claims.yaml"
            assert fault.line is not None
            assert fault.line > 0
            for lang in ("en", "zh"):
                said = fault.cause(lang) + fault.repair(lang)
                assert said
                assert "{" not in said.replace("{…}", "")


def test_all_faults_are_told_at_once(tmp_path, great_stone):
    text = WRITTEN.replace("arms: [no-land]", "arms: [no-lands]").replace(RULE, "supported: {of: shares, above: 0.5}")
    found = examine(written(tmp_path, text), great_stone)[1]
    assert [one.code for one in found] == ["claims.unknown_arm", "claims.unknown_statistic"]
    assert "no-land" in found[0].repair()
    with pytest.raises(ClaimsFaults) as caught:
        load_claims(written(tmp_path, text), great_stone)
    assert len(caught.value.faults) == 2


def test_a_hostile_file_is_refused_in_words(tmp_path, subtests):
    """How YAML is read is tried on cases; here that claims are read by it."""
    for text, code in (("", "cases.empty_file"), ("a: &a [1]\nb: *a\n", "cases.alias"),
                       ("format: .nan\n", "cases.not_allowed")):  # fmt: skip
        with subtests.test(text=text):
            claims, found = examine(written(tmp_path, text))
            assert claims is None
            assert code in [one.code for one in found]

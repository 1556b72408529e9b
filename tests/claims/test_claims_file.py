"""A claims file is read as hostile; every fault is told with its place, cause and repair, in both languages."""

import pytest

from copark.analyses.claims.claims_file import ClaimsFaults, examine, load_claims
from tests.claims.conftest import SMALL

FORMER = SMALL.read_text(encoding="utf-8")
"""By the former names of scenarios, as files of which a hash is kept have them."""
WRITTEN = FORMER.replace("arms:", "scenarios:").replace("arm:", "scenario:")
JOBS = "{kind: level, output: jobs, year: 12, scenario: as-it-is}"
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
    ("year: 12, scenario: half-enquiries", "year: 12.1, scenario: half-enquiries"): (
        "claims.year", "claims[0].parts[0].statistics.size.year"),
    ("{kind: level, output: jobs, year: 12, scenario: as-it-is}", "{kind: level, output: jobs, scenario: as-it-is}"): (
        "claims.statistic", "claims[1].parts[0].statistics.jobs"),
    (JOBS, JOBS.replace("jobs", "job")): (
        "study.unknown", "claims[1].parts[0].statistics.jobs.output.job"),
    (JOBS, JOBS.replace("12", "25")): (
        "claims.beyond", "claims[1].parts[0].statistics.jobs.year"),
    (JOBS, JOBS.replace("as-it-is", "as-is")): (
        "claims.unknown_scenario", "claims[1].parts[0].statistics.jobs.scenario"),
    ("rival, no-land, rival-no-land]}\n          size", "rival]}\n          size"): (
        "claims.scenarios", "claims[0].parts[1].statistics.standing.scenarios"),
    ("headline: {all: [size]}", "headline: {all: [sice]}"): ("claims.unknown_part", "claims[0].headline.all[0]"),
    ("headline: {all: [size]}", "headline: {all: [size], any: [size]}"): ("claims.headline", "claims[0].headline"),
    ("scenarios: [no-land]", "scenarios: [no-lands]"): ("claims.unknown_scenario", "claims[0].scenarios[0]"),
    ("- id: R-pole", '- id: "1"'): ("claims.repeated", "claims[1].id"),
    ("- key: visits-nil", "- key: no-service"): ("claims.repeated", "judgement[1].key"),
    ("- key: additive", "- key: size"): ("claims.repeated", "claims[0].parts[1].key"),
    ("parameters: {land_price: 0}\n  rival:", "parameters: {land_prize: 0}\n  rival:"): (
        "study.unknown", "scenarios.no-land.parameters.land_prize"),
    ("times: {enquiry_rate: 0.5}", "times: {enquiries: 0.5}"): (
        "study.unknown", "scenarios.half-enquiries.times.enquiries"),
    ("times: {enquiry_rate: 0.5}", "times: {enquiry_rate: -1}"): (
        "cases.limit", "scenarios.half-enquiries.times.enquiry_rate"),
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
    text = WRITTEN.replace("scenarios: [no-land]", "scenarios: [no-lands]").replace(
        RULE, "supported: {of: shares, above: 0.5}"
    )
    found = examine(written(tmp_path, text), great_stone)[1]
    assert [one.code for one in found] == ["claims.unknown_scenario", "claims.unknown_statistic"]
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


def test_the_former_names_of_scenarios_are_read_and_written(tmp_path, great_stone):
    """Files of which a hash is kept have them, and so has what enters a hash; both at once are refused."""
    now, before = (examine(written(tmp_path, text), great_stone)[0] for text in (WRITTEN, FORMER))
    assert now is not None
    assert now == before
    assert "arms" in now.model_dump(mode="json", by_alias=True)
    unknown = FORMER.replace("arm: half-enquiries", "arm: half")
    assert examine(written(tmp_path, unknown), great_stone)[1][0].key.endswith("statistics.size.arm")
    both = WRITTEN.replace(JOBS, JOBS.replace("scenario: as-it-is", "scenario: as-it-is, arm: as-it-is"))
    assert [fault.code for fault in examine(written(tmp_path, both), great_stone)[1]] == ["cases.unknown_key"]

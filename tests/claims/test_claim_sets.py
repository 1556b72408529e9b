"""Claims of Great Stone, and the general set for a case that brings none; none of these tests looks at a verdict."""

import re

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.claims.earlier_standard import EarlierStandard
from copark.analyses.claims.general_set import FILE, general_claims
from copark.analyses.claims.samples import Sample
from copark.analyses.context import Context
from copark.cases.load import load_case
from copark.presentation.document import Caveat
from tests.claims.conftest import SEED, trial_of

CLAIMS = ("1", "2", "9a", "9b", "9c", "9d", "3", "4a", "4b", "5", "6", "7", "8")
RIVALS = ("R-decree", "R-rivalry", "R-market", "R-tax", "R-rescue", "R-operator")
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_claim_of_the_source_is_there(shipped):
    assert tuple(one.id for one in shipped.claims.claims) == CLAIMS + RIVALS
    assert [one.kind for one in shipped.claims.claims] == ["claim"] * len(CLAIMS) + ["rival"] * len(RIVALS)


def test_no_scenario_undoes_a_judgement_unseen(shipped):
    """Where a variant and a scenario set the same thing the latter has it; then the variant says nothing of it."""
    edits = {key: scenario.content().get("edits", {}) for key, scenario in shipped.claims.scenarios.items()}
    allowed = {("veto-stays", key) for key, edit in edits.items() if "quota" in edit}
    allowed |= {(variant, "nobody-rescues") for variant in ("treaty-only", "no-rescue")}
    allowed |= {("presence-alone", scenario) for scenario in ("presence-only", "presence-only-no-coordination")}
    met = set()
    for variant in shipped.claims.judgement:
        for key, scenario in shipped.claims.scenarios.items():
            for name in ("parameters", "dated_inputs", "links", "times", "scale"):
                if set(getattr(variant, name)) & set(getattr(scenario, name)):
                    met.add((variant.key, key))
            if set(variant.content().get("edits", {})) & set(scenario.content().get("edits", {})):
                met.add((variant.key, key))
            drops = {one.partition("/")[0] for one in scenario.edits.drop}
            assert not drops & set(variant.content().get("edits", {})), (variant.key, key)
    assert met == allowed


def test_chinese_is_chinese_and_english_is_english(shipped):
    def walk(content):
        if isinstance(content, dict):
            if set(content) == {"en", "zh"}:
                yield content["en"], content["zh"]
            else:
                for one in content.values():
                    yield from walk(one)
        elif isinstance(content, (list, tuple)):
            for one in content:
                yield from walk(one)

    pairs = list(walk(shipped.claims.model_dump(mode="json")))
    assert len(pairs) > 300
    assert not [pair for pair in pairs if CHINESE.search(pair[0]) or not CHINESE.search(pair[1])]


def samples_of(part, low, high, rng):
    """Any statistics at all: draws around a random middle, large or small, wide or narrow."""
    size, scale = int(rng.integers(2, 40)), float(rng.choice([0.05, 0.3, 1.0]))
    return {
        name: Sample(
            scale * (rng.uniform(low, high) + rng.uniform(0.0, 0.4) * rng.standard_normal(size)), statistic.over
        )
        for name, statistic in part.statistics.items()
    }


@pytest.mark.long
def test_no_rule_supports_and_refutes_the_same_numbers(shipped):
    """And each can come out supported and refuted: there is no rule that cannot fail."""
    rng, judge = np.random.default_rng(SEED), EarlierStandard(shipped.claims.sizes)
    for _, part in shipped.claims.of(shipped.claims.claims):
        if not part.uses:
            continue
        seen = set()
        for _ in range(900):
            samples = samples_of(part, -1.2, 1.2, rng)
            supported, refuted = (
                judge.holds(getattr(part.rule, name), samples) for name in ("supported", "not_supported")
            )
            assert not (supported and refuted), part.key
            opposite = part.rule.contradicted is not None and judge.holds(part.rule.contradicted, samples)
            assert not (supported and opposite), part.key
            seen.add(judge.verdict(part.rule, samples))
        assert "supported" in seen, part.key
        assert {"not_supported", "contradicted"} & seen, part.key


ASK = REGISTRY["claims"]
IDS = ["1", "2", "9a", "9b", "9c", "9d", "3", "4a", "4b", "5", "6", "R-tax", "R-rescue"]


@pytest.fixture(scope="module")
def kaesong():
    """A park of which neither partners nor ties are on record."""
    return load_case("kaesong")


def test_every_scenario_assumption_and_model_of_the_set_changes_something(kaesong, subtests):
    for case in (kaesong, load_case("suzhou")):
        with subtests.test(case=case.name):
            file = general_claims(case, outcomes=True)
            trial = trial_of(file, case, draws=2)
            trial.check(trial.experiment())
            for claim, part in file.claims.of(file.claims.claims):
                assert set(part.uses) <= set(file.claims.scenarios)
                assert part.false_worlds
                assert set(claim.headline.parts) <= {one.key for one in claim.parts}
                assert all(one.at is None or one.at < case.clock.quarters for one in part.statistics.values())


def test_what_a_parks_facts_do_not_bear_is_left_out_and_named(kaesong):
    file = general_claims(kaesong, outcomes=True)
    assert file.general
    assert [one.id for one in file.claims.claims] == [one for one in IDS if one not in ("4b", "R-tax", "R-rescue")]
    assert "no-ties" not in file.claims.scenarios
    assert [one.en for one in file.left_out] == [
        "The framework coordinates interests and mobilises resources (Credit)",
        "The framework coordinates interests and mobilises resources (Partners beyond the two countries)",
        "The four parties arbitrage conditions and interests (Conditions)",
        "The four parties arbitrage conditions and interests (Conditions beyond returns)",
        "The four parties arbitrage conditions and interests (Interests that conflict)",
        "Top-level cooperation guarantees nothing by itself (Without a network)",
        "Networking with global partners is a key",
        "Rather the tax holiday",  # its enterprises pay 10 to 14 %
        "Rather that somebody may rescue the company",  # its finance is not known: it cannot fail
    ]
    whole = general_claims(load_case("suzhou"), outcomes=True)
    assert [one.id for one in whole.claims.claims] == IDS
    assert all("arbitrage" in one.en for one in whole.left_out)  # it has no terms, and no interests that conflict
    assert whole.sha256 != file.sha256
    left = {one.en for one in general_claims(kaesong, outcomes=False).left_out}  # outcomes that may not be told
    assert "Only when interests are handled and company and enterprises benefit" in left


def test_a_park_without_a_framework_is_not_asked_what_frameworks_do():
    file = general_claims(load_case("lekki"), outcomes=True)
    asked = {one.id for one in file.claims.claims}
    assert not asked & {"2", "3", "9a", "9b", "9d"}
    assert {"1", "4a", "5", "6"} <= asked
    assert not asked & {"R-tax", "R-rescue"}, "nobody reported its tax or its company's capital"
    (sixth,) = (one for one in file.claims.claims if one.id == "6")
    assert sixth.headline.parts == ("company", "enterprises")


def test_a_company_of_operators_is_compared_as_it_is_with_one_of_contractors():
    """Home side of the Vietnam–Singapore parks: operators already, so that a scenario of them would change nothing."""
    file = general_claims(load_case("vsip"), outcomes=True)
    (fourth,) = (one for one in file.claims.claims if one.id == "4a")
    size = fourth.part("operators").statistics["size"]
    assert (size.scenario, size.reference) == ("contractors", "as-it-is")


def test_any_park_is_judged_by_the_rules_of_great_stone(kaesong, shipped):
    """What differs is the year with a record, and what its facts do not bear; no rule."""
    rules = {(claim.id, part.key): part.rule for claim, part in shipped.claims.of(shipped.claims.claims)}
    for case in (kaesong, load_case("suzhou"), load_case("thilawa")):
        file = general_claims(case, outcomes=True)
        borrowed = [(claim.id, part) for claim, part in file.claims.of(file.claims.claims) if claim.id != "R-tax"]
        assert borrowed
        assert all(part.rule == rules[claim, part.key] for claim, part in borrowed)
        assert not file.claims.sizes.keys() - shipped.claims.sizes.keys()
        assert all(shipped.claims.sizes[key] == size for key, size in file.claims.sizes.items())


def test_a_case_that_brings_claims_has_its_own(great_stone, shipped):
    from copark.analyses.claims import written

    assert written(ASK.params(case="great-stone"), Context()) == shipped
    assert written(ASK.params(case="kaesong"), Context()).name == FILE.name
    assert not shipped.general


def test_verdicts_of_the_set_say_that_it_is_general_and_how_far_its_parameters_are_trusted(tmp_path, subtests):
    asked = {"case": "kaesong", "draws": 4, "replicates": 1, "seed": SEED, "parameters": "prior", "claim": ("4a",)}
    found = answer(ASK, ASK.params(**asked), Context(tmp_path, threads=1))
    assert [one.claim.id for one in found.result.claims] == ["4a"]
    for lang, words in (("en", "Networking with global partners is a key"), ("zh", "与全球合作方的网络联系是关键")):
        with subtests.test(lang=lang):
            document = found.document(lang)
            said = " ".join(block.text for block in document.sections[0].blocks if isinstance(block, Caveat))
            assert words in said
            assert found.result.trust.meaning(lang) in said
            assert document.trust_state == "uncalibrated"
            listed = ASK.listing(ASK.params(case="kaesong"), Context(), lang)
            assert words in " ".join(block.text for block in listed.blocks() if isinstance(block, Caveat))
    assert answer(ASK, ASK.params(**asked), Context(tmp_path)).reused

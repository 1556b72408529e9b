"""The page of claims: an overview, then a section for every claim, then what they were tried by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from copark.inference.claims.rules import VERDICTS
from copark.inference.claims.severity import built_in
from copark.inference.claims.trial import LOOK_DRAWS, LOOK_FUTURES, ClaimFinding, Findings
from copark.presentation.numbers import NOTHING, number, percent
from copark.report.blocks import Block, Bullets, Cards, Drawing, Numbers, Section, Studio, Words, open_studio
from copark.report.claims import tables
from copark.report.claims.words import Speaker
from copark.report.write import render_page, write_whole
from copark.simulation.trust import Trust
from copark.texts import text

SHORT = 12
"""Digits of a hash that are shown where the whole is told elsewhere."""


def write_claims(found: Findings, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write the page of claims and its figures; give the page.

    Parameters
    ----------
    found
        What a trial found.
    lang
        ``en`` or ``zh``.
    out_dir
        Where ``claims-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with claims done and claims in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    folder = Path(out_dir)
    speaker = Speaker(found, lang)
    studio = open_studio(folder, lang, found.identity)
    sections = [_summary(speaker)]
    for done, claim in enumerate(found.claims):
        if progress is not None:
            progress(done, len(found.claims))
        sections.append(_claim(claim, speaker, studio))
    sections += [_block(speaker), _worlds(speaker), _margins(speaker), _provenance(speaker)]
    target = folder / f"claims-{lang}.html"
    title = speaker.say("page.title", park=found.case.title.get(lang))
    subtitle = text("claims.help", lang)
    trust = Trust.of(found.provenance)
    page = render_page(lang, title, made(speaker), sections, subtitle=subtitle, trust=trust, case=found.case)
    write_whole(target, page)
    return target


def made(speaker: Speaker) -> str:
    """What made the page: draws, futures, seed, cut, and the rules by their hash."""
    made_by = speaker.found.provenance
    return speaker.say(
        "page.made",
        identity=speaker.found.identity,
        of=Trust.of(made_by).label(speaker.lang),
        draws=made_by["draws"],
        futures=made_by["futures"],
        seed=made_by["seed"],
        cut=speaker.cut,
        fixed=made_by["fixed"],
        sha256=made_by["claims_sha256"][:SHORT],
    )


def _summary(speaker: Speaker) -> Section:
    claims = speaker.found.file.claims
    blocks: list[Block] = [Words(speaker.say("lead.verdict"))]
    meanings = tuple(f"{speaker.verdict(one)}: {speaker.say(f'verdict.{one}.meaning')}" for one in VERDICTS)
    blocks += [
        Numbers(tables.headlines(speaker)),
        Words(speaker.say("lead.severity")),
        Words(speaker.say("lead.parts"), "heading"),
        Numbers(tables.overview(speaker)),
        Words(speaker.say("lead.band")),
        Bullets(meanings, speaker.say("lead.kinds")),
        Words(claims.preface.get(speaker.lang), "caveat"),
        Words(speaker.say("lead.source", source=claims.source.get(speaker.lang))),
    ]
    return Section("summary", speaker.say("section.summary"), tuple(blocks))


def _claim(claim: ClaimFinding, speaker: Speaker, studio: Studio) -> Section:
    written = claim.claim
    blocks: list[Block] = [
        Words(written.statement.get(speaker.lang)),
        Cards(_cards(claim, speaker)),
        Numbers(tables.parts_table(claim, speaker)),
        *_drawings(claim, speaker, studio),
    ]
    for part in claim.parts:
        title = speaker.say("said", part=speaker.titled(part.part.title), verdict=speaker.verdict(part.verdict))
        blocks.append(Words(speaker.say("heading.found", part=title), "heading"))
        blocks.append(Bullets(tuple(speaker.sentences(part))))
        blocks.append(Numbers(tables.rule_table(part.part, speaker), speaker.say("fold.rule")))
    reference = speaker.arm(written.reference)
    blocks.append(Words(speaker.say("heading.evidence"), "heading"))
    blocks.append(
        Numbers(tables.evidence_table(claim, speaker), speaker.say("fold.evidence", reference=reference), unfolded=True)
    )
    if any(part.variants for part in claim.parts):
        blocks.append(Numbers(tables.block_table(claim, speaker), speaker.say("fold.block")))
    if any(part.severities for part in claim.parts):
        blocks.append(Numbers(tables.worlds_table(claim, speaker), speaker.say("fold.worlds")))
    blocks += [
        Words(speaker.say("heading.mechanism"), "heading"),
        Words(written.mechanism.text.get(speaker.lang)),
        Numbers(tables.mechanism_table(claim, speaker), speaker.say("fold.parameters")),
        *_alone(claim, speaker),
        Words(speaker.say("heading.limits"), "heading"),
        Words(written.limits.get(speaker.lang), "caveat"),
    ]
    title = speaker.say("section.claim", id=written.id, title=speaker.titled(written.title))
    return Section(f"claim-{written.id.lower()}", title, tuple(blocks))


def _alone(claim: ClaimFinding, speaker: Speaker) -> list[Words]:
    """A warning where nothing a claim rests on was moved by the data."""
    moved = {word for _, word in tables.moved_of(claim, speaker)}
    return [Words(speaker.say("found.prior_alone"), "caveat")] if moved <= {"unmoved", "held"} else []


def _cards(claim: ClaimFinding, speaker: Speaker) -> tuple[tuple[str, str, str], ...]:
    least = claim.severity
    held = [one.held for one in claim.deciding if one.held == one.held]
    parts = speaker.headline(claim.claim.headline, claim.claim)
    cards = [(speaker.verdict(claim.verdict), speaker.say("card.verdict", parts=parts), "")]
    interval = "" if least is None else "–".join(number(end, 2) for end in least.interval)
    cards.append((tables.severity_cell(least), speaker.say("card.severity"), interval))
    most = max(held, default=float("nan"))
    word = speaker.say(f"held.{built_in(most)}")
    cards.append((percent(most) if held else NOTHING, speaker.say("card.held"), word))
    return tuple(cards)


def _drawings(claim: ClaimFinding, speaker: Speaker, studio: Studio) -> list[Drawing]:
    from matplotlib.figure import Figure

    from copark.report.figures import claims as figures

    name, lang = claim.claim.id.lower(), speaker.lang
    caption, words = speaker.say("figure.caption"), speaker.say("figure.desc")
    wanted: list[tuple[str, Callable[[], Figure], str]] = []
    if len(claim.rows) > 1:
        wanted.append(("forest", lambda: figures.forest(claim, speaker.found, lang), caption))
    elif any(
        one.kind == "context" and not part.samples[name].is_empty
        for part in claim.parts
        for name, one in part.part.statistics.items()
    ):
        wanted.append(("levels", lambda: figures.levels(claim, speaker.found, lang), ""))
    if claim.claim.curve is not None:
        wanted.append(("curve", lambda: figures.curve(claim, speaker.found, lang), ""))
    if claim.claim.cube is not None:
        wanted.append(("cube", lambda: figures.cube(claim, speaker.found, lang), ""))
    found = []
    for kind, draw, below in wanted:
        title = speaker.say(f"figure.{kind}", id=claim.claim.id, title=speaker.titled(claim.claim.title))
        found.append(studio.draw(f"{kind}_{name}", draw, title, words, caption=below))
    return found


def _block(speaker: Speaker) -> Section:
    lead = speaker.say("lead.block", draws=LOOK_DRAWS, futures=LOOK_FUTURES)
    blocks = (Words(lead), Numbers(tables.variants_table(speaker)))
    return Section("block", speaker.say("section.block"), blocks)


def _worlds(speaker: Speaker) -> Section:
    blocks = (Words(speaker.say("lead.worlds")), Numbers(tables.all_worlds_table(speaker)))
    return Section("worlds", speaker.say("section.worlds"), blocks)


def _margins(speaker: Speaker) -> Section:
    blocks = (Words(speaker.say("lead.margins")), Numbers(tables.margins_table(speaker)))
    return Section("margins", speaker.say("section.margins"), blocks)


def _provenance(speaker: Speaker) -> Section:
    return Section("provenance", speaker.say("section.provenance"), (Numbers(tables.provenance_table(speaker)),))

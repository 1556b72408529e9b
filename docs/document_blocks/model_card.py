"""Blocks of the model card and of TRACE: versions, and what was tested."""

from __future__ import annotations

from copark.analyses.claims import evidence
from copark.analyses.claims.words import OPEN
from copark.version import CALIBRATION_VERSION, MODEL_VERSION, PANEL_VERSION, __version__
from document_blocks.calibrations import fit
from document_blocks.forecasts import ranking, validation_short
from document_blocks.great_stone import options
from document_blocks.shipped_answers import GREAT_STONE, shipped


def versions(lang: str) -> str:
    """Tell which versions of code, model and methods a document is about."""
    words = {
        "en": "copark {code}; model {model}, calibration {calibration}, panel {panel}.",
        "zh": "copark {code}；模型第{model}版，校准方法第{calibration}版，联合校准第{panel}版。",
    }
    return words[lang].format(
        code=__version__, model=MODEL_VERSION, calibration=CALIBRATION_VERSION, panel=PANEL_VERSION
    )


def tested(lang: str) -> str:
    """List what was tested of the model and what came out, in a line each."""
    judged = evidence.counted(shipped("claims", GREAT_STONE).claims)
    values = {
        "fit": fit(lang),
        "forecast": validation_short(lang),
        "ranking": ranking(lang),
        "claims": len(judged),
        "open": sum(claim.word == OPEN for claim in judged),
        "against": sum(evidence.speaks_against(claim) for claim in judged),
        "advice": options(lang),
    }
    lines = {
        "en": (
            "*Fit.* {fit}",
            "*Forecast.* {forecast}",
            "*Ranking.* {ranking}",
            "*Claims.* Of {claims} claims and rivals tested {open} are open; the observations speak against {against}.",
            "*Advice.* {advice}",
        ),
        "zh": (
            "*拟合*：{fit}",
            "*预测*：{forecast}",
            "*排序*：{ranking}",
            "*论断*：{claims}条经检验的论断与竞争性解释中，{open}条尚无定论，{against}条与观测相左。",
            "*建议*：{advice}",
        ),
    }[lang]
    return "\n".join("- " + line.format(**values) for line in lines)

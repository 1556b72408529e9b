"""The stamp of sources, which names caches, is that of what they say to the machine: words may be bettered."""

import re
from pathlib import Path

import copark
from copark.identity import source_stamp

CODE = '''"""What it is."""

RATE = 0.5
"""A share."""


def double(x: float) -> float:
    """Twice."""
    # twice
    return 2.0 * x
'''
NOUNS = """# Nouns.
parameter:
  rate:
    title: {en: "A rate", zh: "率"}
    source: "MODEL §1"
    default: 0.5
"""


def test_words_may_be_bettered_and_what_is_computed_may_not(tmp_path):
    def hashed(code: str = CODE, nouns: str = NOUNS) -> str:
        (tmp_path / "rates.py").write_text(code, encoding="utf-8")
        (tmp_path / "variables.yaml").write_text(nouns, encoding="utf-8")
        return source_stamp(tmp_path.iterdir(), tmp_path)

    better = CODE.replace("Twice.", "Twice the value.\n\n    At length.\n    ").replace("# twice", "# two times")
    assert hashed(better, NOUNS.replace("A rate", "The rate").replace("§1", "§2").replace("# Nouns.", "")) == hashed()
    changed = {
        hashed(), hashed(CODE.replace("2.0", "3.0")), hashed(CODE.replace("0.5", "0.6")),
        hashed(nouns=NOUNS.replace("0.5", "0.6")), hashed(nouns=NOUNS.replace("rate:", "pace:")),
    }  # fmt: skip
    assert len(changed) == 5


def test_sources_are_stamped_for_caches_alone():
    """Machine code, for browsers too, workers and unfinished work; nothing that names a result reads a file of code."""
    package = Path(copark.__file__).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r'source_stamp\(|glob\("\*\.py"\)', path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "identity.py",
        "browser/module_files.py",
        "model/jit.py",
        "cluster/worker_fingerprint.py",
        "calibration/provenance.py",
    }

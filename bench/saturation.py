"""`python -m bench.saturation [--minutes 5] [--clients 32]`: a server asked for more than it can give.

Every client asks anew as soon as it has an answer, each time something nobody asked before. An answer is what was asked
for, or 429 or 503 with the seconds after which to come again; all else is an error. Every second client comes again
when it was told to, the others at once. Beside them somebody asks a small question once in half a second: before,
during and, two seconds after the others have stopped, again.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.arguments import parser_of
from bench.clients import HONEST, Asker, everyone
from bench.page_server import serving

CLIENTS = 32
RUNS = 1_000
PROBES = 20
REST = 2.0
BACK_TO_NORMAL = 1.5
"""Times the latency before, at the median, that may be left afterwards."""


@dataclass
class Found:
    """What came of it: answers by status, errors, seconds a small question took before, during and after, and whether
    who came again when told was served then."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    again: list[bool] = field(default_factory=list)
    lasted: float = 0.0

    def percentile_ms(self, phase: str, share: float) -> float:
        """Milliseconds within which a small question was answered, for a share of them."""
        found = sorted(self.seconds[phase])
        return 1e3 * found[min(len(found) - 1, int(share * len(found)))]

    def median_ms(self, phase: str) -> float:
        """Milliseconds a small question took, at the median."""
        return 1e3 * statistics.median(self.seconds[phase])

    @property
    def is_normal_again(self) -> bool:
        """Whether a small question is answered as before."""
        return self.median_ms("after") <= BACK_TO_NORMAL * self.median_ms("before")


def question(number: int, n: int, runs: int) -> dict[str, object]:
    """A question nobody asked before."""
    home = (number * 997 + n * 13) % 9_000 + 500
    edits = {"equity": [{"home": home, "host": 10_000 - home}]}
    return {"case": "great-stone", "runs": runs, "seed": 1_000 * number + n, "scenario": {"edits": edits}}


def saturate(seconds: float, clients: int = CLIENTS) -> Found:
    """Ask a server of its own for more than it can give, for so long."""
    found = Found()
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as server:
        probe = Asker(server.port, 0)
        found.seconds["before"] = [_probe(probe, n) for n in range(PROBES)]
        askers = [Asker(server.port, number + 1) for number in range(clients)]
        until = time.monotonic() + seconds

        def keep_asking(asker: Asker) -> None:
            n, told = 0, False
            while time.monotonic() < until:
                n += 1
                answer = asker.ask("POST", "/api/v1/simulate", question(asker.number, n, RUNS))
                if told:
                    found.again.append(answer.status == 200)
                told = answer.status in HONEST and asker.number % 2 == 0
                if answer.status in HONEST:  # the others are ruder than they were asked to be
                    wait = float(answer.retry_after or 1) if told else 0.05
                    time.sleep(max(0.0, min(wait, until - time.monotonic())))

        begun = time.monotonic()
        threads = everyone([lambda asker=asker: keep_asking(asker) for asker in askers])
        found.seconds["during"] = []
        while time.monotonic() < until:
            found.seconds["during"].append(_probe(probe, 1_000 + len(found.seconds["during"])))
            time.sleep(0.5)
        for thread in threads:
            thread.join(120)
        found.lasted = time.monotonic() - begun
        time.sleep(REST)
        found.seconds["after"] = [_probe(probe, 500 + n) for n in range(PROBES)]
        for asker in (*askers, probe):
            found.statuses += asker.statuses
            found.faults += asker.faults
            asker.close()
    return found


def _probe(probe: Asker, n: int) -> float:
    """Seconds a small question takes."""
    return probe.ask("POST", "/api/v1/simulate", question(0, n, 50)).seconds


def main() -> None:
    """Saturate, and say what came of it."""
    parser = parser_of("bench.saturation", __doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    asked = parser.parse_args()
    minutes, clients = (0.03, 4) if asked.smoke else (asked.minutes, asked.clients)
    found = saturate(60.0 * minutes, clients)
    print("| what | found |\n|---|---:|")
    print(f"| clients, minutes | {clients}, {found.lasted / 60:.1f} |")
    for status, count in sorted(found.statuses.items()):
        print(f"| answers with status {status} | {count:,} |")
    print(f"| errors | {len(found.faults)} |")
    for phase in ("before", "during", "after"):
        slowest = found.percentile_ms(phase, 0.95)
        print(f"| a small question {phase}, ms: median, 95 % | {found.median_ms(phase):.0f}, {slowest:.0f} |")
    if found.again:
        print(f"| who came again when told and was served | {sum(found.again):,} of {len(found.again):,} |")
    print("\n".join(found.faults[:10]), file=sys.stderr)
    sys.exit(bool(found.faults) or not (asked.smoke or found.is_normal_again))


if __name__ == "__main__":
    main()

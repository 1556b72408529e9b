"""Whose turn is next: clients share what there is by how much they ask, not by how often or how early.

Self-clocked fair queueing (Golestani, INFOCOM 1994). A question of weight w that client c asks is marked

    F = max(V, F_c) + w

where F_c is the mark of c's question before it, and V that of the question begun last; if it was begun before its turn,
that of the one whose turn it was. The smallest mark is next. So
who asks little overtakes who asks much, whoever asks again falls behind his own last question, and since V only grows
nobody is overtaken for ever.

Who is sent away keeps the V of that moment until he is served: coming again when he was told to, he is before all who
came meanwhile, and gains nothing by coming earlier.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_MARKS = 1_000
"""Clients whose marks are kept before those are dropped that bear on nothing any more."""


@dataclass(frozen=True, eq=False)
class Turn(Generic[T]):
    """Something that waits for its turn: its mark, its place among equals, whose it is, and what it weighs."""

    mark: float
    number: int
    client: str
    weight: float
    item: T


@dataclass(frozen=True)
class Absent:
    """Somebody who was sent away: when, in marks; the mark and the weight of the question; until when it counts."""

    since: float
    mark: float
    weight: float
    until: float


class Turns(Generic[T]):
    """What waits, in the order in which it will be begun if no more comes. Not safe between threads."""

    def __init__(self) -> None:
        self._waiting: list[Turn[T]] = []
        self._marks: dict[str, float] = {}
        self._sent_away: dict[str, Absent] = {}
        self._now = 0.0
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def count(self, heaviest: float) -> int:
        """How many wait of what weighs at most ``heaviest``."""
        return sum(turn.weight <= heaviest for turn in self._waiting)

    def mark(self, client: str, weight: float) -> float:
        """The mark that a client's next question would get."""
        since = self._sent_away[client].since if client in self._sent_away else self._now
        return max(since, self._marks.get(client, 0.0)) + weight

    def absent(self, client: str, weight: float) -> float:
        """Weight of what was sent away and would be begun before a client's next question if it came again by then."""
        mark = self.mark(client, weight)
        return sum(one.weight for name, one in self._sent_away.items() if name != client and one.mark <= mark)

    def send_away(self, client: str, weight: float, until: float) -> None:
        """Let a client come again without losing its place among those who come meanwhile, if it comes until then."""
        mark = self.mark(client, weight)
        since = self._sent_away.pop(client, Absent(self._now, mark, weight, until)).since
        self._sent_away[client] = Absent(since, mark, weight, until)
        if len(self._sent_away) > MOST_MARKS:
            del self._sent_away[next(iter(self._sent_away))]

    def forget_absent(self, now: float) -> None:
        """Keep no place for those who did not come again."""
        self._sent_away = {name: one for name, one in self._sent_away.items() if one.until > now}

    def ahead(self, client: str, weight: float, heaviest: float = float("inf")) -> float:
        """Weight of all that would be begun before a client's next question, of what weighs at most ``heaviest``."""
        mark = self.mark(client, weight)
        return sum(turn.weight for turn in self._waiting if turn.mark <= mark and turn.weight <= heaviest)

    def put(self, client: str, weight: float, item: T) -> Turn[T]:
        """Let something wait for its turn."""
        self._count += 1
        turn = Turn(self.mark(client, weight), self._count, client, weight, item)
        insort(self._waiting, turn, key=lambda one: (one.mark, one.number))
        self._marks[client] = turn.mark
        self._sent_away.pop(client, None)
        if len(self._marks) > MOST_MARKS:
            self._marks = {name: mark for name, mark in self._marks.items() if mark > self._now}
        return turn

    def take(self, heaviest: float = float("inf")) -> T | None:
        """What is next, of what weighs at most ``heaviest``."""
        for n, turn in enumerate(self._waiting):
            if turn.weight <= heaviest:
                self._now = max(self._now, self._waiting[0].mark)
                return self._waiting.pop(n).item
        return None

    def drop(self, turn: Turn[T]) -> None:
        """Let something wait no longer, if it still does; what was given up does not count against its client."""
        if turn in self._waiting:
            self._waiting.remove(turn)
            if self._marks.get(turn.client) == turn.mark:
                self._marks[turn.client] -= turn.weight

    def clear(self) -> list[T]:
        """Let nothing wait any longer; what did."""
        items = [turn.item for turn in self._waiting]
        self._waiting.clear()
        return items

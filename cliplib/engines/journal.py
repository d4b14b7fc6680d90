"""Journals for work without a library: one that forgets, one that keeps calls in memory."""

import threading

from cliplib.ledger import Call


class NoJournal:
    """Keeps nothing, so that every question is asked anew."""

    def recall(self, key: str) -> Call | None:
        """Nothing is ever remembered."""
        return None

    def record(self, call: Call) -> None:
        """The call is forgotten."""


class MemoryJournal:
    """Keeps calls as long as the program runs; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def recall(self, key: str) -> Call | None:
        """The latest successful call with this request hash."""
        with self._lock:
            return next((call for call in reversed(self._calls) if call.key == key and call.outcome == "ok"), None)

    def record(self, call: Call) -> None:
        """Keep a call."""
        with self._lock:
            self._calls.append(call)

    def calls(self, task: str | None = None) -> list[Call]:
        """All calls in order, or those for one task."""
        with self._lock:
            return [call for call in self._calls if task in (None, call.task)]

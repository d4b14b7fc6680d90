"""What a command may spend on model services and how fast it may ask, over all engines. Safe from several threads."""

import threading
import time

from cliplib.config import Price, Settings
from cliplib.errors import BudgetSpent, EngineError, SettingsError

MILLION = 1_000_000
MINUTE = 60.0


class Purse:
    """Counts the paid calls of a command and what they cost, whichever engine makes them.

    What a call costs is known when it is answered. Before that it is taken to cost as much as the dearest so far, so
    that calls that run side by side do not overdraw together; the first ones may.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._dearest = 0.0
        self._untold = False
        self.spent = 0
        self.cost = 0.0

    def pay(self, limit: int | None, most: float | None = None) -> None:
        """Count a call before it is made.

        Args:
            limit: calls that may be made; None is no limit.
            most: what they may cost together, in the money of the prices; None is no limit.

        Raises:
            BudgetSpent: one more call would be too much.
            EngineError: a limit of cost cannot be kept, because an answer did not say what it used.
        """
        with self._lock:
            if limit is not None and self.spent >= limit:
                raise BudgetSpent(f"{self.spent} of {limit} calls are made")
            if most is not None:
                self._check_cost(most)
            self.spent += 1
            self._open += 1

    def _check_cost(self, most: float) -> None:
        if self._untold:
            raise EngineError(
                "the service does not say how many tokens its answers used, so max_cost cannot be kept",
                "Limit the number of calls with max_calls instead.",
            )
        if self.cost >= most or self.cost + (self._open + 1) * self._dearest > most:
            raise BudgetSpent(
                f"{self.spent} calls have cost {self.cost:.4g} of {most:g}, one more costs up to {self._dearest:.4g}",
                "Raise max_cost and run again; finished work is kept.",
            )

    def settle(self, cost: float | None) -> None:
        """Note what a call has cost; None where its answer does not say."""
        with self._lock:
            self._open -= 1
            self._untold = self._untold or cost is None
            self.cost += cost or 0.0
            self._dearest = max(self._dearest, cost or 0.0)

    def lose(self) -> None:
        """Note a call that was not answered: it may have been charged like any other."""
        with self._lock:
            self._open -= 1
            self.cost += self._dearest

    def give_back(self) -> None:
        """Take a call back that turned out to cost nothing."""
        with self._lock:
            self._open -= 1
            self.spent -= 1


class Pace:
    """Keeps requests apart, and all of them back while a service wants not to be asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0
        self._closed_until = 0.0

    def turn(self, per_minute: float | None) -> float:
        """Wait for the next turn and return the seconds that were waited; None is no limit."""
        if per_minute is None:
            return 0.0
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + MINUTE / per_minute
        time.sleep(at - now)
        return at - now

    def hold(self, seconds: float) -> None:
        """Have nobody ask for so long: the service said so to one of us."""
        with self._lock:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    def closed(self) -> float:
        """Seconds until the service may be asked again."""
        with self._lock:
            return max(0.0, self._closed_until - time.monotonic())


def price_of(model: str, settings: Settings) -> Price | None:
    """What a model costs; None where nobody said so and no limit of cost asks for it.

    Raises:
        SettingsError: a limit of cost is set, and no price for this model.
    """
    price = next((price for price in settings.price if price.model == model), None)
    if price is None and settings.max_cost is not None:
        raise SettingsError(
            f"setting 'max_cost': no price is set for the model {model!r}",
            f'Add it to cliplib.toml: [[price]] model = "{model}", input = ..., output = ... (per million tokens).',
        )
    return price


def cost_of_tokens(price: Price | None, tokens_in: int | None, tokens_out: int | None) -> float | None:
    """What an answer has cost; 0 without a price, None where the service does not say what it used."""
    if price is None:
        return 0.0
    if tokens_in is None or tokens_out is None:
        return None
    return (price.input * tokens_in + price.output * tokens_out) / MILLION

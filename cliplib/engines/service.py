"""A model service, paid or local: asked within a time and a number of calls, and again where that may help."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cliplib.engines.base import Workshop
from cliplib.engines.chat_line import Line, OutOfTime, Refused, Unreached
from cliplib.errors import CliplibError, CredentialsError, EngineError

MOST_ATTEMPTS = 5
FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled each time, with up to a quarter at random on top."""

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Later:
    """A request that may succeed later, why it did not now, and the seconds that the service wants us to wait."""

    why: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Request(Generic[Answered]):
    """Something to be asked of a service, however often that takes.

    Attributes:
        who: engine and model, for messages.
        send: makes one request within so many seconds; raises Refused, Unreached or OutOfTime.
        adapted: told of a refusal; true where the next request will be another one that is worth sending at once.
        cost: what an answer has cost; None where it does not say.
    """

    who: str
    send: Callable[[float], Answered]
    adapted: Callable[[Refused], bool] = lambda _: False
    cost: Callable[[Answered], float | None] = lambda _: 0.0


class Service:
    """The service that the settings name. Safe to use from several threads.

    Args:
        name: of the engine, for messages.
        workshop: settings (address, key, limit of calls), and the purse that all engines of a command share.

    Raises:
        CredentialsError: neither an address nor a key is set.
    """

    def __init__(self, name: str, workshop: Workshop) -> None:
        settings = workshop.settings
        if not settings.base_url and not settings.api_key.get_secret_value():
            raise CredentialsError(f"{name}: neither base_url nor a key is set, so there is no service to ask")
        self._workshop = workshop
        self.line = Line(settings)

    @property
    def address(self) -> str:
        """Where requests go, without user name and password."""
        return self.line.address

    def answer(self, request: Request[Answered], ends: float) -> Answered:
        """One answer, however often the service has to be asked for it within the time.

        Args:
            request: what to ask.
            ends: when the time is over, on the monotonic clock; waiting for our own turn does not count.

        Raises:
            BudgetSpent: the limit of calls or of cost is reached.
            CredentialsError: the service refuses the key.
            EngineError: the service failed, or the time is over.
        """
        later = Later("no time was left for it")
        for attempt in range(1, MOST_ATTEMPTS + 1):
            ends += self._workshop.pace.turn(self._workshop.settings.requests_per_minute)
            closed = self._workshop.pace.closed()
            if closed >= ends - time.monotonic():
                if closed and attempt == 1:
                    later = Later(f"the service wants no request for another {closed:.1f} s")
                break
            time.sleep(closed)
            answer = self._attempt(request, ends)
            if not isinstance(answer, Later):
                return answer
            later = answer
            self._workshop.pace.hold(later.wait or 0.0)
            wait = later.wait if later.wait is not None else FIRST_WAIT * 2 ** (attempt - 1) * (1 + random.random() / 4)
            if attempt == MOST_ATTEMPTS or wait >= ends - time.monotonic():
                later = Later(f"{later.why}; given up after {attempt} attempts, the next would be in {wait:.1f} s")
                break
            time.sleep(wait)
        raise EngineError(f"{request.who} at {self.address}: {later.why}", "Run again later; finished work is kept.")

    def _attempt(self, request: Request[Answered], ends: float) -> Answered | Later:
        settings, purse = self._workshop.settings, self._workshop.purse
        while True:
            purse.pay(settings.max_calls, settings.max_cost)
            try:
                answer = request.send(max(0.01, ends - time.monotonic()))
            except Refused as error:
                # A request that was refused at the door is not paid for.
                purse.give_back() if error.status < 500 else purse.lose()
                if request.adapted(error):
                    continue
                if not _may_pass(error):
                    raise self.refusal(request.who, error) from error
                return Later(str(error), error.retry_after)
            except Unreached as error:
                purse.lose()
                return Later(str(error))
            except OutOfTime as error:
                purse.lose()
                said = f"{request.who} at {self.address}: {error}"
                raise EngineError(said, "Raise `timeout` if the service is slow by nature.") from error
            purse.settle(request.cost(answer))
            return answer

    def refusal(self, who: str, error: Refused) -> CliplibError:
        """The error for a request that the service will not answer."""
        if error.status in (401, 403):
            return CredentialsError(f"{self.address} refuses the key: {error}")
        advice = ""
        if error.status == 404:
            advice = "Check `model` and `base_url`; the address of most services ends in /v1."
        return EngineError(f"{who} at {self.address}: {error}", advice)


def _may_pass(error: Refused) -> bool:
    """Whether the same request may succeed a little later."""
    return (error.status in (408, 409, 429) or error.status >= 500) and "insufficient_quota" not in error.said

"""A model service, paid or local: asked within a time and a number of calls, and again where that may help."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

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

    def answer(
        self,
        who: str,
        send: Callable[[float], Answered],
        ends: float,
        adapted: Callable[[Refused], bool] = lambda _: False,
    ) -> Answered:
        """One answer, however often the service has to be asked for it within the time.

        Args:
            who: engine and model, for messages.
            send: makes one request within so many seconds; raises Refused, Unreached or OutOfTime.
            ends: when the time is over, on the monotonic clock.
            adapted: told of a refusal; true where the next request will be another one that is worth sending at once.

        Raises:
            BudgetSpent: the limit of calls is reached.
            CredentialsError: the service refuses the key.
            EngineError: the service failed, or the time is over.
        """
        later = Later("no time was left for it")
        for attempt in range(1, MOST_ATTEMPTS + 1):
            if ends - time.monotonic() <= 0:
                break
            answer = self._attempt(who, send, ends, adapted)
            if not isinstance(answer, Later):
                return answer
            later = answer
            wait = later.wait if later.wait is not None else FIRST_WAIT * 2 ** (attempt - 1) * (1 + random.random() / 4)
            if attempt == MOST_ATTEMPTS or wait >= ends - time.monotonic():
                later = Later(f"{later.why}; given up after {attempt} attempts, the next would be in {wait:.1f} s")
                break
            time.sleep(wait)
        raise EngineError(f"{who} at {self.address}: {later.why}", "Run again later; finished work is kept.")

    def _attempt(
        self, who: str, send: Callable[[float], Answered], ends: float, adapted: Callable[[Refused], bool]
    ) -> Answered | Later:
        limit = self._workshop.settings.max_calls
        while True:
            self._workshop.purse.pay(limit)
            try:
                return send(max(0.01, ends - time.monotonic()))
            except Refused as error:
                # A request that was refused at the door is not paid for.
                if error.status < 500:
                    self._workshop.purse.give_back()
                if adapted(error):
                    continue
                if not _may_pass(error):
                    raise self.refusal(who, error) from error
                return Later(str(error), error.retry_after)
            except Unreached as error:
                return Later(str(error))
            except OutOfTime as error:
                said = f"{who} at {self.address}: {error}"
                raise EngineError(said, "Raise `timeout` if the service is slow by nature.") from error

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

"""Ask the writer which of the offered clips it wants, and hold it to what was offered."""

from collections.abc import Callable
from dataclasses import dataclass

from cliplib.engines.base import PickRequest, Writer
from cliplib.errors import BadReply, BudgetSpent, CredentialsError, EngineError
from cliplib.plans import Proposal, Script
from compose.offers import Offers


@dataclass(frozen=True, slots=True)
class Picked:
    """A proposal, and what has to be said about how it came about."""

    proposal: Proposal
    notes: tuple[str, ...] = ()


def pick(
    script: Script, offers: Offers, writer: Writer, stand_in: Callable[[], Writer], earlier: tuple[Proposal, ...] = ()
) -> Picked:
    """The writer's proposal, or that of the stand-in where the writer fails; the notes say so.

    Args:
        script: what to tell.
        offers: what may be chosen from.
        writer: the writer to ask.
        stand_in: makes the writer that is asked when the first one fails.
        earlier: what was proposed already; another order is asked for.

    Raises:
        CredentialsError, BudgetSpent: never hidden by a stand-in, because the person asked for a paid service.
    """
    request = PickRequest(script=script, offers=offers.offers, clips=offers.clips, earlier=earlier)
    try:
        return Picked(checked(writer.pick(request), offers))
    except (CredentialsError, BudgetSpent):
        raise
    except EngineError as error:
        other = stand_in()
        if other.id == writer.id:
            raise
        note = f"The writer {writer.id} failed ({error.message}); {other.id} proposed instead."
        return Picked(checked(other.pick(request), offers), (note,))


def checked(proposal: Proposal, offers: Offers) -> Proposal:
    """The proposal, if it names only beats with an offer, each once, and only labels offered for that beat.

    Raises:
        BadReply: it names something else; the message says what.
    """
    offered = {o.beat: {c.label for c in o.candidates} for o in offers.offers}
    beats = [choice.beat for choice in proposal.choices]
    if unknown := sorted({beat for beat in beats if not offered.get(beat)}):
        raise BadReply(f"{proposal.writer} chose for beats without an offer: {', '.join(unknown)}", proposal.to_json())
    if len(set(beats)) != len(beats):
        raise BadReply(f"{proposal.writer} chose twice for one beat", proposal.to_json())
    for choice in proposal.choices:
        if strangers := [label for label in choice.labels if label not in offered[choice.beat]]:
            raise BadReply(
                f"{proposal.writer} chose for {choice.beat} what was not offered: {', '.join(strangers)}",
                proposal.to_json(),
            )
    return proposal

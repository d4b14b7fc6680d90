"""The transcription engine against a service on real sockets: what is sent, what is made of answers, how it fails."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.engines import registry, sound_pieces
from cliplib.engines.base import Audio, SpeechRequest
from cliplib.engines.journal import MemoryJournal
from cliplib.engines.silero import find_speech
from cliplib.engines.sound_pieces import PADDING_MS, as_wav, pieces
from cliplib.engines.transcriptions_reply import Unusable, read_reply
from cliplib.errors import BadReply, BudgetSpent, CredentialsError, EngineError, SettingsError
from cliplib.records import Transcript
from cliplib.values import Span
from tests.engines.conftest import KEY, MakeWorkshop
from tests.faults.speech_server import SpeechServer
from tests.properties import examples

SPEC = "transcriptions:whisper-1"


@pytest.fixture
def ear() -> Iterator[SpeechServer]:
    with SpeechServer() as running:
        yield running


def hear(audio: Audio, shop: Any, **request: Any) -> Transcript:
    return registry.make("speech", SPEC, shop).transcribe(SpeechRequest(Path("a.mp4"), audio, **request))


def calls(shop: Any) -> list[str]:
    assert isinstance(shop.journal, MemoryJournal)
    return [call.outcome for call in shop.journal.calls("transcribe")]


def test_speech_is_sent_with_what_helps_and_comes_back_as_sentences_with_words(
    ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    shop = workshop(ear)
    late = np.concatenate([np.zeros(5 * 16_000, np.int16), speech])
    heard = hear(late, shop, language="en", hotwords=("Qingyu", "carry cup"))
    (sent,) = ear.heard
    assert sent.fields == {
        "model": ["whisper-1"],
        "response_format": ["verbose_json"],
        "timestamp_granularities[]": ["word", "segment"],
        "temperature": ["0"],
        "language": ["en"],
        "prompt": ["Qingyu, carry cup"],
    }
    assert sent.seconds < 3, "silence is not sent"
    assert (heard.engine, heard.language, heard.reason) == (SPEC, "en", "")
    assert [line.text for line in heard.lines] == ["Meet the cup.", "It never leaks!"]
    assert [word.text for word in heard.lines[1].words] == ["It", "never", "leaks"]
    first = find_speech(late)[0].start - PADDING_MS
    assert abs(heard.lines[0].span.start - first) <= 1 and first > 4000, "times are those of the whole sound"
    assert heard.lines[-1].span.end <= len(late) // 16
    assert calls(shop) == ["ok"]


def test_the_same_sound_is_paid_for_once(ear: SpeechServer, workshop: MakeWorkshop, speech: Audio) -> None:
    shop = workshop(ear)
    first = hear(speech, shop)
    assert hear(speech, shop) == first and len(ear.heard) == 1
    hear(speech, shop, hotwords=("Qingyu",))
    assert len(ear.heard) == 2


def test_without_speech_nothing_is_sent(ear: SpeechServer, workshop: MakeWorkshop) -> None:
    tone = (8000 * np.sin(np.arange(32_000) / 5)).astype(np.int16)
    heard = hear(tone, workshop(ear))
    assert heard.lines == () and "no speech" in heard.reason and ear.heard == []


def test_long_sound_goes_in_pieces_cut_in_pauses_with_times_put_back(
    ear: SpeechServer, workshop: MakeWorkshop, speech: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "__defaults__", (4000,))
    quiet = np.zeros(16_000, np.int16)
    heard = hear(np.concatenate([speech, quiet, speech, quiet, speech]), workshop(ear))
    assert len(ear.heard) == 3 and all(sent.seconds < 4.5 for sent in ear.heard)
    assert len(heard.lines) == 6
    starts = [line.span.start for line in heard.lines[::2]]
    assert all(3000 < b - a < 4200 for a, b in pairwise(starts)), "2.6 s of speech and 1 s of silence each"
    assert all(a.span.end <= b.span.start for a, b in pairwise(heard.lines))


@pytest.mark.parametrize("odd", ["nested_words", "no_segments", "no_language", "ok"])
def test_answers_in_other_shapes_have_the_same_lines(
    odd: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.answer_with(odd)
    heard = hear(speech, workshop(ear))
    assert [(line.text, len(line.words)) for line in heard.lines] == [("Meet the cup.", 3), ("It never leaks!", 3)]
    assert heard.language == "en"


def test_an_answer_without_words_has_lines_without_word_times(
    ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.answer_with("no_words", "other_words")
    shop = workshop(ear)
    (line,) = hear(speech, shop).lines
    assert (line.text, line.words) == ("Meet the cup. It never leaks!", ())
    (line,) = hear(speech, shop, language="en").lines
    assert line.text == "Meet the cup. It never leaks!" and len(line.words) == 6, "words that are not in the text"


def test_times_beyond_the_end_are_cut_off_and_ghosts_left_out(
    ear: SpeechServer, workshop: MakeWorkshop, speech: Audio, said: list[str]
) -> None:
    ear.answer_with("late")
    heard = hear(speech, workshop(ear))
    assert [line.text for line in heard.lines] == ["Meet the cup.", "It never leaks!"]
    assert heard.lines[-1].span.end <= len(speech) // 16 + 1
    assert heard.lines[-1].words[-1].span.end <= len(speech) // 16 + 1
    assert any("left out 1 lines" in text for text in said)


@pytest.mark.parametrize("odd", ["nothing", "made_up"])
def test_an_answer_without_anything_said_has_a_reason(
    odd: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.answer_with(odd)
    heard = hear(speech, workshop(ear))
    assert heard.lines == () and heard.reason == "the speech service found no words in the sound"


@pytest.mark.parametrize("odd", ["text_only", "nan", "text_time", "odd_words", "list"])
def test_an_answer_that_cannot_be_used_is_kept_and_named(
    odd: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.answer_with(odd)
    shop = workshop(ear)
    with pytest.raises(BadReply) as caught:
        hear(speech, shop)
    assert caught.value.raw and calls(shop) == ["E_BAD_REPLY"] and len(ear.heard) == 1
    assert hear(speech, shop).lines, "a bad answer is not recalled"


def test_a_page_is_no_answer(ear: SpeechServer, workshop: MakeWorkshop, speech: Audio) -> None:
    ear.script("html")
    with pytest.raises(BadReply, match="not JSON"):
        hear(speech, workshop(ear))


@pytest.mark.parametrize("behaviour", ["429", "429:0", "500", "502", "reset", "cut"])
def test_passing_failures_are_tried_again(
    behaviour: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.script(behaviour, behaviour)
    shop = workshop(ear)
    assert hear(speech, shop).lines and len(ear.heard) == 3 and calls(shop) == ["ok"]


@pytest.mark.parametrize("behaviour", ["401", "403"])
def test_a_refused_key_is_told_without_the_key(
    behaviour: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.script(behaviour)
    with pytest.raises(CredentialsError) as caught:
        hear(speech, workshop(ear))
    assert KEY not in caught.value.message and len(ear.heard) == 1


@pytest.mark.parametrize("behaviour", ["400", "404", "quota"])
def test_refusals_are_not_tried_again(behaviour: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio) -> None:
    ear.script(behaviour)
    with pytest.raises(EngineError, match="HTTP 4"):
        hear(speech, workshop(ear))
    assert len(ear.heard) == 1


@pytest.mark.parametrize("behaviour", ["hang", "trickle", "trickle_head"])
def test_a_service_that_never_ends_is_left(
    behaviour: str, ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    ear.script(behaviour)
    started = time.monotonic()
    with pytest.raises(EngineError, match="no complete answer"):
        hear(speech, workshop(ear, timeout=0.5))
    assert time.monotonic() - started < 4


def test_the_limit_of_calls_is_that_of_the_whole_command(
    ear: SpeechServer, workshop: MakeWorkshop, speech: Audio
) -> None:
    shop = workshop(ear, max_calls=1)
    assert hear(speech, shop).lines
    with pytest.raises(BudgetSpent, match="1 of 1"):
        hear(speech, shop, language="en")
    assert len(ear.heard) == 1


def test_a_model_must_be_named_and_a_service_set(workshop: MakeWorkshop) -> None:
    with pytest.raises(SettingsError, match="names no model"):
        registry.make("speech", "transcriptions", workshop(api_key=KEY, model="chatty"))
    with pytest.raises(CredentialsError, match="neither base_url nor a key"):
        registry.make("speech", SPEC, workshop())


@examples(100)
@given(
    spans=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 900)), min_size=1, max_size=12),
    longest=st.integers(20, 300),
)
def test_every_moment_of_speech_is_in_one_piece(spans: list[tuple[int, int]], longest: int) -> None:
    at, speech = 0, []
    for pause, length in spans:
        speech.append(Span(start=(at + pause) * 10, end=(at + pause + length) * 10))
        at += pause + length
    audio = np.random.default_rng(1).integers(-900, 900, (at + 50) * 160, np.int16)
    found = pieces(audio, speech, longest * 10)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(piece.length <= longest * 10 + 2 * PADDING_MS for piece in found)
    assert sum(piece.overlap(span) for piece in found for span in speech) == sum(span.length for span in speech)
    assert found[0].start >= 0 and found[-1].end <= len(audio) // 16


def test_a_piece_is_cut_at_the_quietest_moment_and_within_what_services_take() -> None:
    audio = np.full(4 * 16_000, 5000, np.int16)
    audio[int(2.7 * 16_000) : int(2.8 * 16_000)] = 0
    first, second = pieces(audio, [Span(start=0, end=4000)], 3000)
    assert 2650 <= first.end <= 2850 and second.start == first.end
    assert len(as_wav(audio, Span(start=0, end=1000))) == 32_044
    assert 32 * (sound_pieces.LONGEST_MS + 2 * PADDING_MS) < 25_000_000


@given(
    st.recursive(st.none() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=4)
)
def test_no_answer_breaks_the_reader(value: Any) -> None:
    entry = {"start": 0.1, "end": 0.4, "text": value, "word": value, "no_speech_prob": value, "words": value}
    for reply in (value, {"text": "a", "segments": value}, {"text": "a", "segments": [entry], "language": value}):
        try:
            found = read_reply(json.dumps(reply), Span(start=500, end=900))
        except Unusable:
            continue
        assert all(500 <= part.line.span.start < part.line.span.end <= 900 for part in found.parts)

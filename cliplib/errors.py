"""The error tree: every way cliplib ends without success, with its exit code, stable code and next step.

CliplibError                exit 1   E_FAILED
├── UsageError              exit 2   E_USAGE        the call, a setting or an input file is wrong
│   ├── SettingsError       exit 2   E_SETTINGS     names the setting, where it came from, what is accepted
│   ├── ScriptError         exit 2   E_SCRIPT       the script or plan cannot be read
│   └── UnknownRecord       exit 2   E_UNKNOWN_ID   no such clip or footage
├── MissingTool             exit 1   E_MISSING_TOOL a program, filter or extra is absent
├── MediaError              exit 1   E_MEDIA        a file cannot be read, cut or rendered
│   ├── NotMedia            exit 1   E_NOT_MEDIA    the file is no video
│   │   ├── NoPicture       exit 1   E_NO_PICTURE   the file has sound, or a still, but no moving picture
│   │   └── TooShort        exit 1   E_TOO_SHORT    less picture than the shortest clip needs
│   ├── Damaged             exit 1   E_DAMAGED      pictures that are damaged or encrypted cannot be decoded
│   ├── UnsteadyClock       exit 1   E_CLOCK        the pictures have no time stamps, or they start again
│   ├── HeldPicture         exit 1   E_HELD         one picture stands for longer than a clip may last
│   ├── SourceMissing       exit 1   E_MISSING      the footage is not where the library knows it
│   ├── SourceChanged       exit 1   E_CHANGED      the bytes are not those that were ingested
│   ├── DiskFull            exit 1   E_DISK_FULL    no space left while writing
│   ├── Stalled             exit 1   E_STALLED      a program made no progress and was stopped
│   └── GlyphMissing        exit 1   E_GLYPH        no font has the characters to be burned in
├── EngineError             exit 1   E_ENGINE       a model or service failed
│   ├── BadReply            exit 1   E_BAD_REPLY    a model's answer is unusable; the raw text is kept
│   ├── CredentialsError    exit 12  E_CREDENTIALS  no key, or the key was refused
│   └── BudgetSpent         exit 13  E_BUDGET       the call limit is reached
├── LibraryError            exit 1   E_LIBRARY      the library refuses or is damaged
│   ├── NoLibrary           exit 10  E_NO_LIBRARY
│   ├── LibraryLocked       exit 11  E_LOCKED       names the holder
│   └── IndexDamaged        exit 1   E_INDEX        the vector index does not answer; it can be rebuilt
├── NothingFits             exit 4   E_NOTHING_FITS no selection satisfies the script
└── ClaimBlocked            exit 5   E_CLAIM        the script or film says what must not be said

Some items failed while the rest went on is not an exception: the report says so and the exit code is 3.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a program that calls cliplib may rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    NOTHING_FITS = 4
    CLAIM_BLOCKED = 5
    NO_LIBRARY = 10
    LOCKED = 11
    CREDENTIALS = 12
    BUDGET = 13
    INTERRUPTED = 130


class CliplibError(Exception):
    """Anything cliplib can say about why it stopped.

    Args:
        message: what happened, with the names and figures that matter.
        next_step: what the person can do about it; the class's own advice where nothing better is known.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    code: ClassVar[str] = "E_FAILED"
    advice: ClassVar[str] = ""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step or self.advice

    def as_dict(self) -> dict[str, str]:
        """The form that `--json` prints under "error"."""
        return {"code": self.code, "message": self.message, "next": self.next_step}


class UsageError(CliplibError):
    """The call itself is wrong."""

    exit_code = ExitCode.USAGE
    code = "E_USAGE"
    advice = "See `cliplib --help`."


class SettingsError(UsageError):
    """A setting has a value that is not accepted."""

    code = "E_SETTINGS"
    advice = "Correct the setting; `cliplib doctor` shows the values in force."


class ScriptError(UsageError):
    """A script or plan file cannot be read as one."""

    code = "E_SCRIPT"
    advice = "Compare with samples/scripts/."


class UnknownRecord(UsageError):
    """An id that the library does not hold."""

    code = "E_UNKNOWN_ID"
    advice = "`cliplib search` lists clips with their ids."


class MissingTool(CliplibError):
    """A program, a filter of it, or a Python package is absent."""

    code = "E_MISSING_TOOL"
    advice = "`cliplib doctor` says what is missing and how to get it."


class MediaError(CliplibError):
    """A media file cannot be read, cut or rendered."""

    code = "E_MEDIA"
    advice = "Try to play the file; export it again if it does not."


class NotMedia(MediaError):
    """The file is no video, or what it begins with is damaged."""

    code = "E_NOT_MEDIA"
    advice = "Only video files can be ingested."


class NoPicture(NotMedia):
    """The file is a media file without moving picture."""

    code = "E_NO_PICTURE"


class TooShort(NotMedia):
    """The pictures last shorter than the shortest clip."""

    code = "E_TOO_SHORT"
    advice = "A clip lasts at least 1 s."


class Damaged(MediaError):
    """Pictures cannot be decoded, or only with errors that one sees."""

    code = "E_DAMAGED"
    advice = "Get the file again from where it comes from; remove its copy protection if it has any."


class UnsteadyClock(MediaError):
    """The time stamps of the pictures do not rise from the first to the last, or are missing."""

    code = "E_CLOCK"
    advice = "Put the stream into a container such as MP4 first."


class HeldPicture(MediaError):
    """A picture is shown for longer than the longest clip lasts, and nothing else is there to cut at."""

    code = "E_HELD"
    advice = "Export the file with a constant frame rate and ingest that."


class SourceMissing(MediaError):
    """Footage is no longer where the library knows it."""

    code = "E_MISSING"
    advice = "Put the file back, or ingest it from its new place: it is recognised by its content."


class SourceChanged(MediaError):
    """Footage has other bytes than those that were ingested."""

    code = "E_CHANGED"
    advice = "Ingest the changed file as new footage."


class DiskFull(MediaError):
    """Writing stopped because no space is left."""

    code = "E_DISK_FULL"
    advice = "Free some space and run the same command again; it goes on where it stopped."


class Stalled(MediaError):
    """A program stopped making progress and was ended."""

    code = "E_STALLED"
    advice = "Run again; if it happens twice with the same file, the file is probably damaged."


class GlyphMissing(MediaError):
    """No available font can draw some characters."""

    code = "E_GLYPH"
    advice = "Install a font that has them, or change the text."


class EngineError(CliplibError):
    """A model or a service failed."""

    code = "E_ENGINE"
    advice = "`cliplib doctor` says which engines are usable."


class BadReply(EngineError):
    """A model answered, but not with what was asked for.

    Args:
        message: what was wrong with the answer.
        raw: the answer as it came.
    """

    code = "E_BAD_REPLY"

    def __init__(self, message: str, raw: str = "") -> None:
        super().__init__(message)
        self.raw = raw


class CredentialsError(EngineError):
    """No key is set, or the service refused it."""

    exit_code = ExitCode.CREDENTIALS
    code = "E_CREDENTIALS"
    advice = "Set OPENAI_API_KEY (and OPENAI_BASE_URL for another service)."


class BudgetSpent(EngineError):
    """The limit of paid calls is reached."""

    exit_code = ExitCode.BUDGET
    code = "E_BUDGET"
    advice = "Raise max_calls and run again; finished work is kept."


class LibraryError(CliplibError):
    """The library refuses an operation or is damaged."""

    code = "E_LIBRARY"


class NoLibrary(LibraryError):
    """There is no library in the place that was named."""

    exit_code = ExitCode.NO_LIBRARY
    code = "E_NO_LIBRARY"
    advice = "Make one with `cliplib init DIR`, or name one with --library or CLIPLIB_LIBRARY."


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""

    exit_code = ExitCode.LOCKED
    code = "E_LOCKED"
    advice = "Wait until it has finished."


class IndexDamaged(LibraryError):
    """The vector index does not answer as it should; no record is lost."""

    code = "E_INDEX"
    advice = "Run `cliplib index rebuild`; it is made anew from the records."


class NothingFits(CliplibError):
    """No selection of clips satisfies the script."""

    exit_code = ExitCode.NOTHING_FITS
    code = "E_NOTHING_FITS"
    advice = "Shorten the script, allow more content types, or ingest more footage."


class ClaimBlocked(CliplibError):
    """The words of a script or film break a rule of the claim check, and no person has allowed it."""

    exit_code = ExitCode.CLAIM_BLOCKED
    code = "E_CLAIM"
    advice = "Change the line or the clip; `cliplib check-claims` says what to write instead."

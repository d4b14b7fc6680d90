"""The folder of a library: what lies in it, how it is made, and where it may not lie."""

from pathlib import Path

from cliplib.config import FILE_NAME
from cliplib.errors import LibraryError
from cliplib.vocabulary import Language

DATABASE_NAME = "library.db"
FOLDERS = ("media", "jobs", "index", "exports")
MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs", "fuse.s3fs", "fuse.rclone"})

SETTINGS_TEXT = """\
# Settings of this library. Lines that start with # show what can be set and its usual value.
language = "{language}"      # labels and descriptions: zh or en
# speech = "auto"           # sidecar, faster-whisper:small, transcriptions:MODEL, none
# text = "rapidocr"         # none
# vision = "auto"           # facts, chat:MODEL
# embedder = "ngram"        # sentence:FOLDER
# writer = "auto"           # rules, chat:MODEL
# index = "chroma"          # exact: without Chroma
# shots = "own"             # scenedetect: shot changes found by PySceneDetect
# clips = "smart"           # encode: every clip encoded; virtual: no clip files, only ranges and posters
# rest_days = 0             # days for which a clip of a finished film is not used again
# most_uses = 3             # films that a clip may be used in
# base_url = ""             # address of an OpenAI-compatible service; the key comes from OPENAI_API_KEY
# concurrency = 4           # model calls at the same time
# max_calls = 100           # paid calls allowed per command
# max_cost = 5.0            # what they may cost per command, by [[price]] below
# requests_per_minute = 60  # to services, at most

# What models of services cost: per million tokens sent and answered, per minute of sound.
# [[price]]
# model = "qwen-vl-max"
# input = 3.0
# output = 9.0

# Products that clips can be about, with everything people call them; `cliplib product add` writes them here.
# [[product]]
# id = "cup-500"
# name = "随行杯 500"
# aliases = ["travel cup", "保温杯"]
# hotwords = ["随行杯"]                  # speech recognition expects them
# misheard = ["随心杯", "追行=随行"]     # what it writes instead: of the name, or of what follows =

# Own words: entries of the lists content_type, form, scene and so on.
# [[vocabulary.content_type]]
# key = "unboxing"
# zh = "开箱"
# en = "unboxing"
# aliases = ["拆箱"]
"""


def furnish(folder: Path, language: Language) -> None:
    """Make the folders and the settings file; a settings file that is there stays as it is."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = folder / FILE_NAME
    if not settings.exists():
        settings.write_text(SETTINGS_TEXT.format(language=language), "utf-8")


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    """Refuse a folder on a network file system: SQLite's locks are not kept there, and a database can be torn.

    Args:
        folder: where the library lies or shall lie.
        mounts: table of mounted file systems in the form of Linux; on a system without one nothing is checked.
    """
    if not mounts.is_file():
        return
    place = folder.resolve()
    kinds = {}
    for line in mounts.read_text("utf-8", "replace").splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    nearest = next((kinds[parent] for parent in (place, *place.parents) if parent in kinds), "")
    if nearest in NETWORK:
        raise LibraryError(
            f"{folder} lies on a network file system ({nearest}), where a database can be damaged",
            "Put the library on a local disk; footage may stay where it is.",
        )

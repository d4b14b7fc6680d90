"""Whether the weights of a model are on this machine: looked up in the hub's cache folder, without a network."""

import os
from pathlib import Path


def hub_cache() -> Path:
    """The folder in which the model hub's programs keep what they downloaded."""
    if named := os.environ.get("HF_HUB_CACHE"):
        return Path(named)
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "huggingface"
    return Path(home) / "hub"


def local_folder(model: str, needed: str) -> Path | None:
    """The folder with the weights of a model, or None where they are not on this machine.

    Args:
        model: a folder, or a repository name such as "owner/name".
        needed: a file that complete weights have, such as "model.bin".
    """
    folder = Path(model).expanduser()
    if (folder / needed).is_file():
        return folder
    snapshots = hub_cache() / f"models--{model.replace('/', '--')}" / "snapshots"
    found = sorted(path.parent for path in snapshots.glob(f"*/{needed}")) if snapshots.is_dir() else []
    return found[-1] if found else None

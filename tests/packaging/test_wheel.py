"""The wheel, built through the sdist, holds everything, and works far from the checkout."""

import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCES = shutil.ignore_patterns(
    ".*", "node_modules", "*.egg-info", "__pycache__", "build", "dist", "instance"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and from it the wheel, in a copy that nothing older can leak into."""
    sources = tmp_path_factory.mktemp("build") / "treteau"
    shutil.copytree(ROOT, sources, ignore=NOT_SOURCES)
    built = sources.parent / "dist"
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", built, sources)
    [path] = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in an environment of its own; return where its programs lie."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv")
    programs = home / "venv" / "bin"
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    # What is never run need not be compiled.
    run(*pip, "install", "-q", "--no-compile", "-c", ROOT / "constraints.txt", wheel)
    return programs


def run(*command: str | Path, cwd: Path | None = None, **environ: str) -> str:
    """Run a program to its end; show what it wrote when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clean_environ() -> dict[str, str]:
    """Return the environment without what would lead back to the checkout."""
    ours = ("TRETEAU_", "PYTHONPATH", "DATABASE_URL", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def below(folder: str, pattern: str = "*") -> set[str]:
    """Return the files below a folder of the checkout, as the wheel should name them."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_all_that_running_needs_and_no_tests(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = (
        below("lending", "*.py")
        | below("calendars", "*.py")
        | below("lending/static")
        | below("lending/translations", "*.mo")
        | below("lending/demo", "*.csv")
        | {f"lending/{name}" for name in below("templates")}
        | {"lending/migrations/script.py.mako", "lending/py.typed"}
    )
    assert sorted(wanted - held) == []
    assert {"lending/static/vendor/manifest.json", "lending/templates/base.html"} <= held
    assert "lending/translations/fr/LC_MESSAGES/messages.mo" in held
    assert {name.split("/")[0].split("-")[0] for name in held} == {
        "calendars",
        "lending",
        "treteau",
    }


def test_installed_elsewhere_it_makes_a_database_and_serves_pages(
    programs: Path, tmp_path: Path
) -> None:
    environ = {"TRETEAU_INSTANCE": str(tmp_path / "instance"), "TRETEAU_SECURE_COOKIES": "no"}
    run(programs / "treteau", "init", cwd=tmp_path, **environ)
    with serving(programs, tmp_path, environ) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        home = client.get("/", headers={"Accept-Language": "fr"}, follow_redirects=True)
        assert home.status_code == 200
        assert '<html lang="fr"' in home.text
        assert "Se connecter" in home.text
        manifest = client.get("/static/vendor/manifest.json").json()
        assert {
            "bootstrap.css",
            "htmx.js",
            "cally.js",
            "signature_pad.js",
            "atkinson.woff2",
        } <= set(manifest)
        for path in manifest.values():
            assert client.get(f"/static/vendor/{path}").status_code == 200, path


@contextmanager
def serving(programs: Path, folder: Path, environ: dict[str, str]) -> Iterator[httpx.Client]:
    """Run `treteau serve` on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "treteau", "serve", "--port", str(port)],
            cwd=folder,
            env=clean_environ() | environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            _wait_until_alive(client, server, log)
            yield client
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0, log.read_text()


def _wait_until_alive(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            assert client.get("/healthz").json() == {"status": "alive"}
            return
        except httpx.TransportError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)

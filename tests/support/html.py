"""What stands on pages, and whether they are valid HTML, which html-validate knows."""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from werkzeug.test import TestResponse

from tools.node import node

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = Path(__file__).with_name("htmlvalidate.json")


def problems(pages: Mapping[str, str]) -> list[str]:
    """Return what is wrong with pages, given by name, one line each; one run checks them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: dict[str, str] = {}
        for number, (page, text) in enumerate(pages.items()):
            file = folder / f"{number}.html"
            file.write_text(text, encoding="utf-8")
            files[str(file)] = page
        told = folder / "told.json"  # a pipe is cut off after 64 KiB: the program does not wait
        done = subprocess.run(
            [node(), PROGRAM, "--config", RULES, "--formatter", f"json={told}", *files],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1) or not told.is_file():
            raise RuntimeError(f"html-validate did not run: {done.stderr or done.stdout}")
        results = json.loads(told.read_text(encoding="utf-8"))
    return [
        f"{files[result['filePath']]}, line {found['line']}: {found['message']} ({found['ruleId']})"
        for result in results
        for found in result["messages"]
    ]


def text_of(answer: TestResponse) -> str:
    """Return the words of a page in one line, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())

"""The examples of docs/api.md, run in order against the running application."""

import json
import re
import shlex
import string
from pathlib import Path

import httpx
import pytest

from lending.authorities.models import Authority, Commune
from tests.api.conftest import token_for

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
RENNES = "35238"
BLOCK = re.compile(r"```(sh|json)([^\n]*)\n(.*?)```", re.DOTALL)


def call(command, known):
    """Do what curl would: the examples use its -X, -H and -d."""
    one_line = command.replace("\\\n", " ")
    words = shlex.split(string.Template(one_line).substitute(known))
    assert words[0] == "curl"
    address, method, headers, data = "", None, {}, None
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(rest)
        else:
            address = word
    method = method or ("POST" if data is not None else "GET")
    return httpx.request(method, address, headers=headers, content=data, timeout=30)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_example_answers_as_the_page_says(app, cast, served):
    def serve_rennes(uow) -> None:  # where the events of the page take place
        authority = uow.session.get_one(Authority, cast.town)
        authority.communes.append(
            uow.session.get(Commune, RENNES)
            or Commune(insee=RENNES, name="Rennes", postal_code="35000")
        )

    app.extensions["database"].write(serve_rennes)
    known = {"API": f"{served}/api/v1", "TOKEN": token_for(app, cast.administrator)}
    answered, examples = None, 0
    for kind, words, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            status, *name = words.split()
            answered = call(text, known)
            assert answered.status_code == int(status), f"{text}\n{answered.text}"
            known |= {variable: str(answered.json()["id"]) for variable in name}
            examples += 1
        else:
            told = json.loads(text)
            assert answered is not None
            assert {name: answered.json()[name] for name in told} == told
    assert examples > 12

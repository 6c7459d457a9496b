"""Programs hand in papers of associations: the file is looked at before anything is locked."""

from base64 import b64encode

from tests.support.papers import pdf


def test_a_paper_is_handed_in_or_told_why_not_beside_its_content(program, cast):
    alice, place = program(cast.alice), f"/organisations/{cast.choir}/attachments"
    paper = {"kind": "insurance", "valid_until": "2026-12-31", "file_name": "rc.pdf"}
    made = alice("POST", place, {**paper, "content": b64encode(pdf()).decode()})
    assert (made.status_code, made.json["media"]) == (201, "application/pdf")
    refused = alice("POST", place, {**paper, "content": b64encode(b"GIF89a").decode()})
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert error["field"] == "content"
    assert len(alice.get(place)["items"]) == 1

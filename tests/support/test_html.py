"""The check of pages passes good ones and finds what is wrong with others."""

from tests.support.html import problems

GOOD = (
    '<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8"><title>Prêt</title></head>\n'
    '<body><form method="post"><label for="n">Nom</label> <input id="n" name="n" required>'
    '<button type="submit">Envoyer</button></form></body>\n</html>\n'
)


def test_a_valid_page_has_no_problem() -> None:
    assert problems({"good": GOOD}) == []


def test_each_problem_names_the_page_and_the_line() -> None:
    broken = {
        "block in a phrase": GOOD.replace("Nom", "<div>Nom</div>"),
        "two of one id": GOOD.replace("<form", '<p id="n">1</p><form'),
        "unclosed": GOOD.replace("</form>", ""),
        "unknown attribute value": GOOD.replace('type="submit"', 'type="envoyer"'),
        "list without items": GOOD.replace("<form", "<ul><p>1</p></ul><form"),
    }
    found = problems({"good": GOOD} | broken)
    assert {line.split(", line ")[0] for line in found if ", line 4: " in line} == set(broken), (
        found
    )

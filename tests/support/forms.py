"""What a browser would send of a form as it stands."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    """Collects the fields of the forms that a page shows in its main part."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._inside = False
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a field."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = found.get("class") == "form"
        if not self._inside:
            return
        if tag == "option" and self._select is not None:
            self._options.append((found.get("value", ""), "selected" in found))
        if "name" not in found or tag == "button":
            return
        if tag == "select":
            self._select, self._options = found["name"], []
        elif tag == "textarea":
            self._area = found["name"]
            self.sent.append((self._area, ""))
        elif tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.sent.append((found["name"], found.get("value", "")))

    def handle_data(self, data: str) -> None:
        """Take the text of a field of several lines."""
        if self._area is not None:
            name, text = self.sent[-1]
            self.sent[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        """End a field."""
        if tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.sent.append((self._select, (chosen or [self._options[0][0]])[0]))
            self._select = None
        elif tag == "textarea" and self._area is not None:
            name, text = self.sent[-1]
            self.sent[-1] = (name, text.strip("\r\n"))
            self._area = None
        elif tag == "form":
            self._inside = False


def sent_by(page: str) -> list[tuple[str, str]]:
    """Return names and values of the form of a page, in their order."""
    parser = _Form()
    parser.feed(page)
    return parser.sent

"""What was measured against what it must reach."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """Lines of figures, and whether all of them reach their bar."""

    missed: list[str] = field(default_factory=list)

    def title(self, text: str) -> None:
        """Begin a part."""
        print(f"\n{text}", flush=True)

    def at_most(self, what: str, figure: float, bar: float, note: str = "") -> None:
        """Print a figure that must not pass its bar."""
        self._line(what, figure, f"<= {bar:g}", figure <= bar, note)

    def at_least(self, what: str, figure: float, bar: float, note: str = "") -> None:
        """Print a figure that must reach its bar."""
        self._line(what, figure, f">= {bar:g}", figure >= bar, note)

    def tell(self, what: str, figure: float, note: str = "") -> None:
        """Print a figure that has no bar."""
        self._line(what, figure, bar="", good=True, note=note)

    def _line(self, what: str, figure: float, bar: str, good: bool, note: str) -> None:
        verdict = ("ok" if bar else "") if good else "MISSED"
        print(f"  {what:58} {figure:8.2f}   {bar:9} {verdict:7} {note}", flush=True)
        if not good:
            self.missed.append(what)

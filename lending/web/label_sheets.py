"""Sheets of labels as they are sold, in tenths of a millimetre: plain arithmetic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

Label = TypeVar("Label")

A4_WIDTH, A4_HEIGHT = 2100, 2970


@dataclass(frozen=True)
class LabelSheet:
    """A sheet of A4 with labels in rows and columns, centred, with gaps between them."""

    name: str
    width: int
    height: int
    columns: int
    rows: int
    gap: int = 0
    """Between columns; rows touch each other on all sheets that we know."""

    @property
    def per_page(self) -> int:
        """How many labels one sheet has."""
        return self.columns * self.rows

    @property
    def left(self) -> int:
        """The margin on the left, the same as on the right."""
        return (A4_WIDTH - self.columns * self.width - (self.columns - 1) * self.gap) // 2

    @property
    def top(self) -> int:
        """The margin above, the same as below."""
        return (A4_HEIGHT - self.rows * self.height) // 2

    def place(self, position: int) -> tuple[int, int]:
        """Return where the label at a position, from 0, begins: from the left, from above."""
        row, column = divmod(position, self.columns)
        return self.left + column * (self.width + self.gap), self.top + row * self.height

    def pages(self, labels: Sequence[Label], start: int) -> Iterator[list[tuple[int, int, Label]]]:
        """Yield each page's labels with their places; the first `start - 1` places stay empty."""
        places = [(start - 1 + number, label) for number, label in enumerate(labels)]
        last = (places[-1][0] // self.per_page) if places else -1
        for page in range(last + 1):
            yield [
                (*self.place(position % self.per_page), label)
                for position, label in places
                if position // self.per_page == page
            ]


SHEETS = {
    sheet.name: sheet
    for sheet in (
        LabelSheet("70x37", 700, 370, 3, 8),
        LabelSheet("63,5x38,1", 635, 381, 3, 7, gap=25),
        LabelSheet("48,5x25,4", 485, 254, 4, 10),
    )
}

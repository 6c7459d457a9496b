"""Pour work into shifts, one task after the other, until one finds no room.

A task may be cut into pieces and drives are not counted, so what finds no room here finds none in
any plan; what does find room promises nothing. Each task comes in by the shortest chain of moves of
those before it (augmenting paths), so none of them loses its place: what is left over is due to
the task that came last.
"""

from collections import deque
from collections.abc import Mapping, Sequence


class Filling:
    """Shifts with their minutes, and the tasks poured into them."""

    def __init__(self, minutes: Mapping[str, int]) -> None:
        self._room = dict(minutes)
        self._size = dict(minutes)
        self._asked: dict[str, int] = {}
        self._options: dict[str, tuple[str, ...]] = {}
        self._poured: dict[str, dict[str, int]] = {shift: {} for shift in minutes}

    def copy(self) -> "Filling":
        """Return one that may be filled further, apart from this one."""
        other = Filling(self._size)
        other._room = dict(self._room)
        other._asked = dict(self._asked)
        other._options = dict(self._options)
        other._poured = {shift: dict(tasks) for shift, tasks in self._poured.items()}
        return other

    def add(self, task: str, minutes: int, options: Sequence[str]) -> int:
        """Pour in a task that any of these shifts could do; return the minutes left over."""
        self._asked[task] = minutes
        self._options[task] = tuple(options)
        left = minutes
        while left and (path := self._path(task)):
            left -= self._pour(path, left)
        return left

    def minutes_of(self, shift: str) -> Mapping[str, int]:
        """Return the minutes that a shift gives to each task."""
        return self._poured[shift]

    def tight(self, task: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the shifts that a task left over is confined to, and all tasks confined to them.

        These tasks ask for more minutes than these shifts have.
        """
        closed = set(self._reach(task)[0])
        return (
            tuple(shift for shift in self._size if shift in closed),
            tuple(
                name
                for name, options in self._options.items()
                if options and closed.issuperset(options)
            ),
        )

    def work(self, tasks: Sequence[str]) -> int:
        """Return the minutes that tasks ask for."""
        return sum(self._asked[task] for task in tasks)

    def _reach(self, task: str) -> tuple[dict[str, tuple[str, str | None]], str | None]:
        """Follow who could make room, until a shift has some.

        Returns each shift reached, with the task that would come in and the shift it would leave
        (None for the new one), and the first shift with room.
        """
        came: dict[str, tuple[str, str | None]] = {}
        waiting: deque[tuple[str, str | None]] = deque([(task, None)])
        seen = {task}
        while waiting:
            name, leaves = waiting.popleft()
            for shift in self._options[name]:
                if shift in came:
                    continue
                came[shift] = (name, leaves)
                if self._room[shift]:
                    return came, shift
                for other in self._poured[shift]:
                    if other not in seen:
                        seen.add(other)
                        waiting.append((other, shift))
        return came, None

    def _path(self, task: str) -> list[tuple[str, str | None, str]]:
        """Return moves (task, shift it leaves, shift it comes to), the last one into free room."""
        came, shift = self._reach(task)
        found: list[tuple[str, str | None, str]] = []
        while shift is not None:
            name, leaves = came[shift]
            found.append((name, leaves, shift))
            shift = leaves
        return found

    def _pour(self, path: Sequence[tuple[str, str | None, str]], left: int) -> int:
        moved = min(
            left,
            self._room[path[0][2]],
            *(self._poured[leaves][name] for name, leaves, _ in path if leaves is not None),
        )
        for name, leaves, shift in path:
            self._poured[shift][name] = self._poured[shift].get(name, 0) + moved
            if leaves is not None:
                self._poured[leaves][name] -= moved
                if not self._poured[leaves][name]:
                    del self._poured[leaves][name]
        self._room[path[0][2]] -= moved
        return moved

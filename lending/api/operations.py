"""Operations as plain values: what is routed, checked, parsed and described comes from one list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork

MIB = 1024 * 1024

QueryT = TypeVar("QueryT", covariant=True)
BodyT = TypeVar("BodyT", covariant=True)


@dataclass(frozen=True)
class Call(Generic[QueryT, BodyT]):
    """A request that was understood: who asks, about what, with which parameters and body."""

    actor: Principal
    ids: Mapping[str, int]
    query: QueryT
    body: BodyT
    language: str
    public_url: str
    """The address of this installation, to build others on."""
    instance: Path
    """The folder of this installation, where files lie that are in no table."""
    address: str
    """The address that was asked for, with its parameters: lists refer to their next page."""


@dataclass(frozen=True)
class Download:
    """A file as an answer."""

    name: str
    content: bytes
    media_type: str


Handler = Callable[[UnitOfWork, Call[Any, Any]], BaseModel | Download | None]
HandlerT = TypeVar("HandlerT", bound=Handler)


@dataclass(frozen=True)
class Operation:
    """One thing that a program can ask for."""

    name: str
    tag: str
    method: str
    path: str
    action: Action
    """What the table of permissions must allow somewhere; on which object, the service checks."""
    handler: Handler
    summary: str
    description: str
    answer: type[BaseModel] | None
    status: int
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    location: str = ""
    """The address of what was made, `{id}` standing for its number."""
    refusals: tuple[int, ...] = ()
    """The statuses in which this operation answers no, apart from those of every operation."""
    most_bytes: int = MIB
    """The largest body that makes sense."""
    may_conflict: bool = False
    """Whether the stock may stand in the way."""
    media_type: str = ""
    """Of the file that is answered; empty where it is JSON."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"


@dataclass
class Operations:
    """The operations of one subject, in the order in which they are described."""

    tag: str
    listed: list[Operation] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        action: Action,
        answer: type[BaseModel] | None,
        *,
        status: int = 200,
        **more: Any,
    ) -> Callable[[HandlerT], HandlerT]:
        """Make a function an operation; its docstring is its description."""

        def decorate(handler: HandlerT) -> HandlerT:
            summary, _, description = cleandoc(handler.__doc__ or "").partition("\n")
            self.listed.append(
                Operation(
                    name=handler.__name__,
                    tag=self.tag,
                    method=method,
                    path=path,
                    action=action,
                    handler=handler,
                    summary=summary.removesuffix("."),
                    description=description.strip(),
                    answer=answer,
                    status=status,
                    **more,
                )
            )
            return handler

        return decorate

"""Commands whose options are the dials of a query, derived from :class:`tigertail.model.QueryOptions`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from tigertail.model.query_options import QueryDial


def add_query_command(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command that takes every dial of a query.

    The dials are read when the command is called, completed, or asked for its help: importing the command line, and
    every other command, does not load them.

    Parameters
    ----------
    app
        The command line.
    name
        Name of the command.
    function
        What it does. In place of its parameter ``options`` the command has an option for each dial.
    """

    class QueryCommand(TyperCommand):
        def get_params(self, ctx: Any) -> Any:
            if not self.params:
                whole = typer.Typer(add_completion=False, rich_markup_mode=None)
                whole.command(name)(_with_dials(function))
                command = typer.main.get_command(whole)
                self.params, self.callback = command.params, command.callback
            return super().get_params(ctx)

    app.command(name, cls=QueryCommand, help=inspect.getdoc(function))(lambda: None)


def _with_dials(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function with a parameter for each dial in place of ``options``."""
    from tigertail.model.query_options import QueryOptions, dials

    def command(**arguments: Any) -> None:
        given = {
            dial.name: value for dial in dials() if (value := arguments.pop(dial.name)) not in (None, [])
        }
        function(**arguments, options=QueryOptions(**given))

    hints = get_type_hints(function, localns={"QueryOptions": QueryOptions}, include_extras=True)
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "options":
            parameters += [_parameter(dial) for dial in dials()]
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name]))
    keyword_only = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    command.__dict__["__signature__"] = inspect.Signature(keyword_only)
    command.__annotations__ = {one.name: one.annotation for one in keyword_only}
    return command


def _parameter(dial: QueryDial) -> inspect.Parameter:
    option: Any = typer.Option(
        dial.flag,
        min=dial.minimum,
        max=dial.maximum,
        help=dial.help + " Repeatable." * dial.repeated,
        autocompletion=(lambda: list(dial.choices)) if dial.choices else None,
    )
    kind: Any = list[dial.type] if dial.repeated else dial.type  # type: ignore[name-defined]
    return inspect.Parameter(
        dial.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )

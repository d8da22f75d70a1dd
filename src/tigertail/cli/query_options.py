"""Commands that take the options of a query, derived from :class:`tigertail.model.QueryOptions`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from tigertail.model.query_options import QueryOption


def add_query_command(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command that takes every option of a query.

    The options are read when the command is called, completed, or asked for its help: importing the command line, and
    every other command, does not load them.

    Parameters
    ----------
    app
        The command line.
    name
        Name of the command.
    function
        What it does. In place of its parameter ``options`` the command has each of them.
    """

    class QueryCommand(TyperCommand):
        def get_params(self, ctx: Any) -> Any:
            if not self.params:
                # An application of this command alone makes its parameters and its callback.
                alone = typer.Typer(add_completion=False, rich_markup_mode=None)
                alone.command(name)(_with_options(function))
                command = typer.main.get_command(alone)
                self.params, self.callback = command.params, command.callback
            return super().get_params(ctx)

    app.command(name, cls=QueryCommand, help=inspect.getdoc(function))(lambda: None)  # until ``get_params``


def _with_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function with a parameter for each option of a query in place of ``options``."""
    from tigertail.model.query_options import QueryOptions, query_options

    def command(**arguments: Any) -> None:
        given = {
            option.name: value
            for option in query_options()
            if (value := arguments.pop(option.name)) not in (None, [])
        }
        function(**arguments, options=QueryOptions(**given))

    hints = get_type_hints(function, localns={"QueryOptions": QueryOptions}, include_extras=True)
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "options":
            parameters += [_parameter(option) for option in query_options()]
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name]))
    keyword_only = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    command.__dict__["__signature__"] = inspect.Signature(keyword_only)
    command.__annotations__ = {one.name: one.annotation for one in keyword_only}
    return command


def _parameter(option: QueryOption) -> inspect.Parameter:
    typer_option: Any = typer.Option(
        option.flag,
        min=option.minimum,
        max=option.maximum,
        help=option.help + " Repeatable." * option.repeated,
        autocompletion=(lambda: list(option.choices)) if option.choices else None,
    )
    kind: Any = list[option.type] if option.repeated else option.type  # type: ignore[name-defined]
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, typer_option],
    )

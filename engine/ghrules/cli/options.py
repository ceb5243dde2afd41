"""Options that commands share."""

from __future__ import annotations

import click

Value = str | int | float | bool


def _parameters(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, Value]:
    """NAME=VALUE, any number of times; a value is a TOML number or boolean, and a text otherwise."""
    values: dict[str, Value] = {}
    for given in texts:
        import tomllib

        from ghrules.knowledge.sources import loads

        name, equals, text = given.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{given}' is not NAME=VALUE, for instance slow_request_ms=500", ctx, param)
        try:
            parsed = loads(f"value = {text.strip()}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = text
        values[name.strip()] = parsed if isinstance(parsed, Value) else text
    return values


pack_option = click.option("--pack", "packs", multiple=True, metavar="DIR|FILE", help="More knowledge. Repeatable.")
parameters_option = click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parameters,
    help="Override a threshold. Repeatable.",
)
input_format_option = click.option(
    "--input-format", metavar="ID", help="Read every input as this format instead of detecting it."
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["auto", "durable", "clips", "python"]),
    default="auto",
    help="The inference engine; ghrules doctor says which there are.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["SEV1", "SEV2", "SEV3", "SEV4", "any"], case_sensitive=False),
    metavar="SEVn|any",
    help="Exit with 1 when something at least this severe (SEV1 is the worst) is more likely than not.",
)
no_color_option = click.option("--no-color", is_flag=True, help="No colours; NO_COLOR does the same.")

"""The pages of the reference by name, and how each is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.reference.commands import commands_page
from cli.reference.errors import errors_page
from cli.reference.log_lines import log_lines_page
from cli.reference.parameters import parameters_page
from cli.reference.policies import policies_page
from cli.reference.routes import routes_page

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "errors.md": errors_page,
    "log-lines.md": log_lines_page,
    "parameters.md": parameters_page,
    "policies.md": policies_page,
    "routes.md": routes_page,
}

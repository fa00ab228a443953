"""What a query of CloudWatch Logs Insights names: commands, functions and fields.

After the CloudWatch Logs user guide, "CloudWatch Logs Insights language query syntax"; only as much
of the language as the template's queries use, and what is not known here is refused.
"""

from __future__ import annotations

import re

_COMMANDS = {"display", "fields", "filter", "limit", "sort", "stats", "SOURCE"}
_FUNCTIONS = {
    *("bin", "coalesce", "count", "count_distinct", "ispresent", "max", "min", "pct", "sum"),
}
_WORDS = {"and", "as", "asc", "by", "desc", "in", "like", "not", "or"}
#: Fields that CloudWatch finds in every line, and in Lambda's REPORT.
FOUND = {
    *("@timestamp", "@message", "@log", "@logStream", "@type"),
    *("@duration", "@billedDuration", "@initDuration", "@maxMemoryUsed", "@memorySize"),
}
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.@])@?[A-Za-z_][\w.]*(\s*\()?")
_ALIAS = re.compile(r"\bas\s+(\w+)")
_UNIT = re.compile(r"\b[0-9]+(ms|s|m|h|d)\b")


class UnknownWordError(Exception):
    """The query has a command or a function that nobody here knows."""


def fields_of(query: str) -> set[str]:
    """Give the fields of log lines that a query reads.

    Raises:
        UnknownWordError: Naming the word.
    """
    plain = _UNIT.sub("0", _STRING.sub("''", query))
    aliases = {found[1] for found in _ALIAS.finditer(plain)}
    fields = set()
    for command in plain.split("|"):
        word, _, rest = command.strip().partition(" ")
        if word not in _COMMANDS:
            raise UnknownWordError(word)
        for found in _NAME.finditer(rest):
            name = found[0].rstrip("( ")
            if found[1] and name not in _FUNCTIONS | _WORDS:
                raise UnknownWordError(name)
            if not found[1] and name not in _WORDS | aliases:
                fields.add(name)
    return fields

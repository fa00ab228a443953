"""The API's documentation: Swagger UI at /docs, which a deployment does not have.

Everything is local: the document comes from the checkout, and Swagger UI from Powertools.
"""

import importlib.util
from functools import cached_property
from pathlib import Path

from emulator.http.message import Request, Response

PATH = "/docs"
_DOCUMENT = f"{PATH}/openapi.json"
_SCRIPT, _STYLE, _START = f"{PATH}/swagger-ui.js", f"{PATH}/swagger-ui.css", f"{PATH}/start.js"
_SWAGGER_UI = "event_handler/openapi/swagger_ui"
_PAGE = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Edge Signer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{_STYLE}">
</head>
<body>
<div id="api"></div>
<script src="{_SCRIPT}"></script>
<script src="{_START}"></script>
</body>
</html>
"""
# Without validatorUrl it would send the document to a validator on the Internet.
_START_SCRIPT = f"""\
SwaggerUIBundle({{
  url: "{_DOCUMENT}",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
}});
"""
_JAVASCRIPT = "text/javascript; charset=utf-8"
# The browser enforces that the page uses this machine only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


class Documentation:
    """Serves the document and the page that shows it.

    Args:
        document: The file with the OpenAPI document.
    """

    def __init__(self, document: Path) -> None:
        self._document = document
        self._parts = {
            PATH: self._page,
            _START: self._start,
            _SCRIPT: self._script,
            _STYLE: self._style,
            _DOCUMENT: self._openapi,
        }

    def find(self, request: Request) -> Response | None:
        """Answer a request for a part of the page; None if it is for the API.

        Raises:
            OSError: A file is missing.
        """
        if request.method not in ("GET", "HEAD"):
            return None
        found = self._parts.get(request.path)
        return _answer(*found()) if found else None

    def _page(self) -> tuple[str, bytes]:
        return "text/html; charset=utf-8", _PAGE.encode()

    def _start(self) -> tuple[str, bytes]:
        return _JAVASCRIPT, _START_SCRIPT.encode()

    def _script(self) -> tuple[str, bytes]:
        return _JAVASCRIPT, (self._swagger_ui / "swagger-ui-bundle.min.js").read_bytes()

    def _style(self) -> tuple[str, bytes]:
        return "text/css; charset=utf-8", (self._swagger_ui / "swagger-ui.min.css").read_bytes()

    def _openapi(self) -> tuple[str, bytes]:
        return "application/json", self._document.read_bytes()

    @cached_property
    def _swagger_ui(self) -> Path:
        # Found but not imported: the emulator does not need the package itself.
        package = importlib.util.find_spec("aws_lambda_powertools")
        if package is None or package.origin is None:
            raise FileNotFoundError("aws_lambda_powertools is not installed")
        return Path(package.origin).parent / _SWAGGER_UI


def _answer(content_type: str, body: bytes) -> Response:
    headers = (
        ("content-type", content_type),
        ("content-security-policy", _POLICY),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-cache"),
    )
    return Response(200, headers, body)

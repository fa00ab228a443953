"""The API's documentation: Swagger UI at /docs, which a deployment does not have.

Everything is local: the document comes from the checkout, and Swagger UI from Powertools.
"""

import importlib.util
from pathlib import Path

from emulator.http.message import Request, Response

PATH = "/docs"
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Edge Signer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
# Without validatorUrl it would send the document to a validator on the Internet.
_START_SCRIPT = """\
SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""
_JAVASCRIPT = "text/javascript; charset=utf-8"
# The browser enforces that the page uses this machine only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


class Documentation:
    """Serves a file, the OpenAPI document, and the page that shows it."""

    def __init__(self, document: Path) -> None:
        self._document = document

    def find(self, request: Request) -> Response | None:
        """Answer a request for a part of the page; None if it is for the API.

        Raises:
            OSError: A file is missing.
        """
        if request.method not in ("GET", "HEAD"):
            return None
        part = self._part(request.path)
        return _answer(*part) if part else None

    def _part(self, path: str) -> tuple[str, bytes] | None:
        """Return a part's content type and bytes."""
        match path:
            case "/docs":
                return "text/html; charset=utf-8", _PAGE.encode()
            case "/docs/start.js":
                return _JAVASCRIPT, _START_SCRIPT.encode()
            case "/docs/swagger-ui.js":
                return _JAVASCRIPT, _swagger_ui("swagger-ui-bundle.min.js")
            case "/docs/swagger-ui.css":
                return "text/css; charset=utf-8", _swagger_ui("swagger-ui.min.css")
            case "/docs/openapi.json":
                return "application/json", self._document.read_bytes()
        return None


def _swagger_ui(file: str) -> bytes:
    # Found but not imported: the emulator does not need the package itself.
    package = importlib.util.find_spec("aws_lambda_powertools")
    if package is None or package.origin is None:
        raise FileNotFoundError("aws_lambda_powertools is not installed")
    return (Path(package.origin).parent / "event_handler/openapi/swagger_ui" / file).read_bytes()


def _answer(content_type: str, body: bytes) -> Response:
    headers = (
        ("content-type", content_type),
        ("content-security-policy", _POLICY),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-cache"),
    )
    return Response(200, headers, body)

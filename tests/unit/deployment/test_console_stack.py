"""What the template makes of ConsoleEnabled: the console's files and policy, as on a laptop."""

from __future__ import annotations

import re
from typing import Any

from emulator.gateway.console import FOLDER, content_security_policy, site_files
from tests.conftest import ROOT
from tests.guards.resolved_template import of_type, resolved_resources

DISTRIBUTION, BUCKET = "AWS::CloudFront::Distribution", "AWS::S3::Bucket"
UPLOADS = "edge-signer-dev-uploads-123456789012-us-east-1"


def distribution() -> dict[str, Any]:
    found = of_type(resolved_resources(ConsoleEnabled="true"), DISTRIBUTION)
    config: dict[str, Any] = found["ConsoleDistribution"]["DistributionConfig"]
    return config


def test_without_the_parameter_there_is_no_console() -> None:
    resources = resolved_resources()
    assert not [name for name in resources if name.startswith("Console")]
    assert "CorsConfiguration" not in resources["UploadBucket"].properties


def test_pages_on_aws_get_the_policy_that_pages_here_get() -> None:
    headers = resolved_resources(ConsoleEnabled="true")["ConsoleHeaders"].properties
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    hosts = (f"{UPLOADS}.s3.amazonaws.com", f"{UPLOADS}.s3.us-east-1.amazonaws.com")
    expected = content_security_policy(" ".join(f"https://{one}" for one in hosts))
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == expected


def test_every_path_that_the_page_asks_for_is_served() -> None:
    patterns = [one["PathPattern"] for one in distribution()["CacheBehaviors"]]

    def is_the_apis(path: str) -> bool:
        return any(re.fullmatch(one.replace("*", ".*"), path) for one in patterns)

    scripts = "".join(file.read_text() for file in (ROOT / "console/lib").glob("*.js"))
    scripts += "".join(file.read_text() for file in (ROOT / "clients/js/lib").rglob("*.js"))
    asked = re.findall(
        r"[\"`](/(?:edge-sign|jobs|modules|keys|verify|health|admin)[/\w-]*)", scripts
    )
    assert {"/edge-sign", "/jobs", "/keys", "/verify", "/verify/uploads", "/health"} <= set(asked)
    assert [one for one in asked if not is_the_apis(one)] == []
    # The page itself is not the API's.
    assert [one for one in site_files(ROOT) if is_the_apis(one)] == []


def test_the_bucket_shows_the_files_of_the_page_and_no_others() -> None:
    policy = resolved_resources(ConsoleEnabled="true")["ConsoleBucketPolicy"].properties
    (leave,) = (one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow")
    shown = [one.partition("/")[2] for one in leave["Resource"]]
    files = [one.lstrip("/") for one in site_files(ROOT)]
    assert [one for one in files if not one.startswith(FOLDER.lstrip("/"))] == shown[:2]
    assert shown[2] == f"{FOLDER.lstrip('/')}*"


def test_the_page_may_upload_where_the_api_is_told_no_origin() -> None:
    bucket = of_type(resolved_resources(ConsoleEnabled="true"), BUCKET)["UploadBucket"]
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (
        ["https://*.cloudfront.net"],
        ["POST"],
    )
    both = resolved_resources(ConsoleEnabled="true", CorsOrigins="https://desk.example.com")
    rules = both["UploadBucket"].properties["CorsConfiguration"]["CorsRules"]
    assert [one["AllowedOrigins"][0] for one in rules] == [
        "https://desk.example.com",
        "https://*.cloudfront.net",
    ]

"""Settings, stopwatch and percentile."""

from __future__ import annotations

import pytest

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.settings import MAX_KMS_TIMEOUT_MS, Settings, SettingsError
from edge_signer.telemetry.request_record import RollingPercentile, Stopwatch

ENVIRONMENT = {
    "STAGE": "dev",
    "AWS_REGION": "eu-central-1",
    "KMS_REGION": "us-east-1",
    "MANIFEST_BUCKET": "bucket",
    "MANIFEST_BASE_URL": "https://manifests.example.com",
    "TENANTS_TABLE": "tenants",
    "REQUESTS_TABLE": "requests",
    "TENANT_ALLOWLIST": "acme, testcorp",
    "LIMITS_TABLE": "limits",
    "BREAKERS_TABLE": "breakers",
    "PATH": "/bin",
}
WRONG_ORIGINS = [
    *("*", "null", "https://*", "http://desk.example.com", "https://desk.example.com/"),
    *("https://*.com.", "https://desk.*.example.com", "https://*desk.example.com"),
    "https://a.example.com,http://b.example.com",
]


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    assert settings.key_alias("signing") == "alias/edge-signer-dev-signing"
    assert settings.certificate_parameter("signing") == "/edge-signer/dev/certificates/signing"


def test_the_documented_example_of_an_environment_is_understood() -> None:
    settings = Settings.from_environment(
        {
            **ENVIRONMENT,
            "CENTRAL_SIGNER_URL": "https://signer.example.com",
            "CENTRAL_SIGNER_API_KEY": "/edge-signer/dev/central-signer-api-key",
            "EDGE_SIGNER_ENABLED": "false",
            "CPU_TIMEOUT_MS": "150",
            "KMS_TIMEOUT_MS": "30000",
            "RETRY_ATTEMPTS": "3",
            "RETRY_DELAY_MS": "1000",
            "LOG_LEVEL": "info",
            "METRICS_ENABLED": "true",
            "TRACE_SAMPLING_RATE": "0.1",
        }
    )
    assert settings.has_central_signer
    assert Flags.defaults(settings).kms_timeout_ms == MAX_KMS_TIMEOUT_MS


def test_origins_are_listed_with_commas() -> None:
    listed = {"CORS_ORIGINS": " https://*.example.com, https://desk.example.org:8443"}
    settings = Settings.from_environment({**ENVIRONMENT, **listed})
    assert settings.cors_origins == ("https://*.example.com", "https://desk.example.org:8443")
    for nobody in ({}, {"CORS_ORIGINS": ""}):
        assert Settings.from_environment({**ENVIRONMENT, **nobody}).cors_origins == ()


def test_no_time_stamp_authority_is_an_empty_address() -> None:
    assert Settings.from_environment(ENVIRONMENT).tsa_url == ""
    assert Settings.from_environment({**ENVIRONMENT, "TSA_URL": ""}).tsa_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAGE", "Dev"),
        ("KMS_REGION", ""),
        ("MANIFEST_BASE_URL", "https://manifests.example.com/"),
        ("MANIFEST_BASE_URL", "ftp://manifests.example.com"),
        ("LOG_LEVEL", "LOUD"),
        *(("CORS_ORIGINS", origin) for origin in WRONG_ORIGINS),
        ("EDGE_SIGNER_ENABLED", "perhaps"),
        ("KMS_TIMEOUT_MS", "49"),
        ("CPU_TIMEOUT_MS", "soon"),
        ("RETRY_ATTEMPTS", "0"),
        ("RETRY_DELAY_MS", "-1"),
        ("METRICS_ENABLED", "perhaps"),
        ("TRACE_SAMPLING_RATE", "1.1"),
        ("CENTRAL_SIGNER_URL", "http://signer.example.com"),
        ("CENTRAL_SIGNER_API_KEY", "your-api-key"),
        ("TENANT_ALLOWLIST", "acme,,testcorp"),
        ("TENANT_ALLOWLIST", "acme;testcorp"),
        ("TENANT_ALLOWLIST", "*"),
        ("TSA_URL", "timestamp.example.com"),
    ],
)
def test_a_wrong_variable_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        Settings.from_environment({**ENVIRONMENT, name: value})


def test_a_missing_variable_stops_the_start_with_its_name() -> None:
    without = {name: value for name, value in ENVIRONMENT.items() if name != "TENANTS_TABLE"}
    with pytest.raises(SettingsError, match="TENANTS_TABLE"):
        Settings.from_environment(without)


def test_a_step_is_timed_even_when_it_fails() -> None:
    stopwatch = Stopwatch()
    with pytest.raises(ValueError, match="x"), stopwatch.step("one"):
        raise ValueError("x")
    assert stopwatch.steps_ms["one"] >= 0


def test_what_a_block_takes_around_its_steps_is_a_step_of_its_own() -> None:
    stopwatch = Stopwatch()
    with stopwatch.around("outer"):
        stopwatch.steps_ms["inner"] = 1_000.0
    assert stopwatch.steps_ms["outer"] < 0, "the inner step was not subtracted"


def test_the_percentile_is_the_nearest_rank_of_the_last_observations() -> None:
    rolling = RollingPercentile(window=100)
    assert rolling.p95() == 0.0
    rolling.add(7)
    assert rolling.p95() == 7
    for observation in range(1, 201):
        rolling.add(observation)
    assert rolling.p95() == 195

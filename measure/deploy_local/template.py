"""The packaged template as MiniStack takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

PACKAGED = Path(".aws-sam/package/template.yaml")
#: Types that MiniStack refuses a whole template for.
UNKNOWN = {"AWS::Logs::QueryDefinition"}

_Resources = dict[str, dict[str, Any]]


def known_template() -> Path:
    """Write the template that MiniStack takes, and say in what it differs."""
    document = yaml_parse(PACKAGED.read_text())
    resources: _Resources = document["Resources"]
    for one in (
        document["Globals"]["Function"],
        *(one["Properties"] for one in resources.values()),
    ):
        # Aliases move at once, by themselves.
        one.pop("DeploymentPreference", None)
    left_out = [name for name, one in resources.items() if one["Type"] in UNKNOWN]
    for name in left_out:
        del resources[name]
    print("left out:", ", ".join([*left_out, "DeploymentPreference"]))
    print("simplified:", ", ".join(_simplify_alarms(resources)))
    routes = dict(_routes(resources))
    resources |= routes
    keys = [one["Properties"].get("RouteKey") for one in routes.values()]
    print("routes written out:", ", ".join(filter(None, keys)), flush=True)
    path = PACKAGED.with_name("ministack.json")
    path.write_text(json.dumps(document))
    return path


def _simplify_alarms(resources: _Resources) -> list[str]:
    """Have alarms that compute watch their first metric alone, so that others may name them."""
    simplified = [name for name, one in resources.items() if "Metrics" in one["Properties"]]
    for name in simplified:
        properties = resources[name]["Properties"]
        first = next(one for one in properties.pop("Metrics") if "MetricStat" in one)["MetricStat"]
        statistic = {"Statistic": "Sum", "Period": first["Period"]}
        resources[name]["Properties"] = {**properties, **first["Metric"], **statistic}
    return simplified


def _routes(resources: _Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the functions' events as routes: MiniStack does not read SAM's, which are in `Body`."""
    for function, one in resources.items():
        for name, event in one["Properties"].get("Events", {}).items():
            if event["Type"] != "HttpApi":
                continue
            own = event["Properties"]
            integration = f"{function}{name}Integration"
            yield (
                integration,
                {
                    "Type": "AWS::ApiGatewayV2::Integration",
                    "Properties": {
                        "ApiId": own["ApiId"],
                        "IntegrationType": "AWS_PROXY",
                        "IntegrationUri": {"Ref": f"{function}.Alias"},
                        "PayloadFormatVersion": "2.0",
                    },
                },
            )
            key = f"{own['Method']} {own['Path']}" if "Path" in own else "$default"
            target = {"Fn::Sub": f"integrations/${{{integration}}}"}
            yield (
                f"{function}{name}Route",
                {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {"ApiId": own["ApiId"], "RouteKey": key, "Target": target},
                },
            )

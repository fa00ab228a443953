"""What the emulator and its services' process say to each other, a JSON line each way."""

from typing import Any

from pydantic import BaseModel

from emulator.stack.creation import Resource


class Job(BaseModel):
    """What the parent wants.

    Attributes:
        document: The CloudFormation template.
        parameters: Values of template parameters.
        items: Items in DynamoDB's JSON, by the logical id of the table to put them into.
        functions_port: Where on 127.0.0.1 functions are invoked.
        operators: The SHA-256 of each operator's token, in hexadecimal, by the operator's name.
    """

    document: dict[str, Any]
    parameters: dict[str, str]
    items: dict[str, list[dict[str, dict[str, Any]]]]
    functions_port: int = 0
    operators: dict[str, str] = {}


class Report(BaseModel):
    """What the parent gets.

    Attributes:
        error: One clear line if the stack could not be created; nothing else is set then.
        notice: One line for whoever started the system; empty for none.
        port: Where the services listen on 127.0.0.1.
        resources: The stack by logical id.
        anchors_pem: The root of the signing certificates.
        timestamp_anchors_pem: The root of the time-stamp authority.
        receipt_public_key: Of the key that signs receipts, in hexadecimal; empty where there is
            none.
    """

    error: str = ""
    notice: str = ""
    port: int = 0
    resources: dict[str, Resource] = {}
    anchors_pem: str = ""
    timestamp_anchors_pem: str = ""
    receipt_public_key: str = ""

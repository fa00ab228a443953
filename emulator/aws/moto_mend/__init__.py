"""Makes moto do what the real services do, in the points on which this system rests."""

from emulator.aws.moto_mend.dynamodb import mend_dynamodb
from emulator.aws.moto_mend.imports import import_ssm_without_ec2
from emulator.aws.moto_mend.kms import mend_kms
from emulator.aws.moto_mend.s3 import mend_s3
from emulator.aws.moto_mend.ssm import mend_ssm


def mend() -> None:
    """Patch moto in this process; a second call changes nothing."""
    import_ssm_without_ec2()
    mend_kms()
    mend_dynamodb()
    mend_s3()
    mend_ssm()

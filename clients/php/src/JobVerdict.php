<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What is to be thought of the answer to a job: it has either a refusal or everything that was proved. */
final class JobVerdict
{
    /**
     * @param ?string $refusal A reason of docs/receipts.md; null if all is proved.
     * @param ?Verdict $receipt What the receipt says.
     * @param ?Statement $statement What the attestation says.
     */
    public function __construct(
        public readonly ?string $refusal,
        public readonly ?Verdict $receipt = null,
        public readonly ?Statement $statement = null,
    ) {
    }

    public function isVerified(): bool
    {
        return $this->refusal === null;
    }
}

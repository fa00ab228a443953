<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What is to be thought of a batch's answer to one job: either a refusal or everything that was proved. */
final class BatchedVerdict
{
    /**
     * @param ?string $refusal A reason of docs/receipts.md; null if all is proved.
     * @param ?Checkpoint $checkpoint The signed root of the batch.
     * @param ?Verdict $receipt The facts that a receipt would state; nobody signed a receipt.
     * @param ?Statement $statement What the attestation says.
     */
    public function __construct(
        public readonly ?string $refusal,
        public readonly ?Checkpoint $checkpoint = null,
        public readonly ?Verdict $receipt = null,
        public readonly ?Statement $statement = null,
    ) {
    }

    public function isVerified(): bool
    {
        return $this->refusal === null;
    }
}

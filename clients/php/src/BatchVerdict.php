<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What is to be thought of the answer to a batch: a refusal, or a verdict on each of its jobs. */
final class BatchVerdict
{
    /**
     * @param ?string $refusal Why the answer as a whole is refused, a reason of docs/receipts.md.
     * @param list<array{string, BatchedVerdict}> $jobs Names and verdicts, in the answer's order.
     */
    public function __construct(
        public readonly ?string $refusal,
        public readonly array $jobs = [],
    ) {
    }
}

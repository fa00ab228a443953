<?php

declare(strict_types=1);

namespace EdgeSigner;

/** A reason of docs/receipts.md; it ends a verification, and the public classes make a verdict of it. */
final class Refused extends \Exception
{
    public function __construct(public readonly string $refusal)
    {
        parent::__construct($refusal);
    }
}

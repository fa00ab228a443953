<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What came has another form; it ends the reading, and the public classes make a verdict of it. */
final class Malformed extends \Exception
{
}

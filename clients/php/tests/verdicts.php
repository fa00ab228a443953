<?php

/**
 * Prints a line for each case of a file of vectors: its id, a tab, `ok` or why it is refused.
 *
 * Usage: php verdicts.php vectors.json
 * A case has a pinned_pubkey and a receipt_json, or the receipt's bytes as receipt_base64.
 */

declare(strict_types=1);

foreach (['Ed25519', 'Verdict', 'Receipt'] as $class) {
    require __DIR__ . "/../src/{$class}.php";
}

set_error_handler(static function (int $level, string $message): never {
    throw new ErrorException($message, 0, $level);
});

$vectors = json_decode(file_get_contents($argv[1]), true, flags: JSON_THROW_ON_ERROR);
foreach ($vectors['cases'] as $case) {
    $json = $case['receipt_json'] ?? base64_decode($case['receipt_base64'], true);
    $verdict = (new EdgeSigner\Receipt($json))->verify($case['pinned_pubkey']);
    echo $case['id'], "\t", $verdict->refusal ?? 'ok', "\n";
}

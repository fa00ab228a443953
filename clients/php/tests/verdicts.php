<?php

/**
 * Prints a line for each case of a file of vectors: its id, a tab, `ok` or why it is refused.
 *
 * Usage: php verdicts.php vectors.json
 * A case has a pinned_pubkey, and either a receipt_json, or in base64 a receipt's bytes as
 * receipt_base64, or a job's answer as answer_base64, perhaps with its request as request_base64.
 */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    require __DIR__ . '/../src/' . substr($class, strlen('EdgeSigner\\')) . '.php';
});

set_error_handler(static function (int $level, string $message): never {
    throw new ErrorException($message, 0, $level);
});

$vectors = json_decode(file_get_contents($argv[1]), true, flags: JSON_THROW_ON_ERROR);
foreach ($vectors['cases'] as $case) {
    $bytes = static fn (string $name): ?string =>
        isset($case[$name]) ? base64_decode($case[$name], true) : null;
    $answer = $bytes('answer_base64');
    $verdict = $answer === null
        ? (new EdgeSigner\Receipt($case['receipt_json'] ?? $bytes('receipt_base64')))
            ->verify($case['pinned_pubkey'])
        : (new EdgeSigner\JobAnswer($answer))
            ->verify($case['pinned_pubkey'], $bytes('request_base64'));
    echo $case['id'], "\t", $verdict->refusal ?? 'ok', "\n";
}

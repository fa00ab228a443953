<?php

/**
 * Prints a line for each case of a file of vectors: its id, a tab, `ok` or why it is refused.
 *
 * Usage: php verdicts.php vectors.json
 * A case has a pinned_pubkey, and either a receipt_json, or in base64 a receipt's bytes as
 * receipt_base64, or a job's answer as answer_base64, perhaps with its request as request_base64. The
 * answer of a batch to one job is batched_base64, that to a whole batch batch_base64; the verdicts on the
 * jobs of the latter stand with commas between them.
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
    $pinned = $case['pinned_pubkey'];
    $request = $bytes('request_base64');
    $verdict = match (true) {
        isset($case['answer_base64']) => (new EdgeSigner\JobAnswer($bytes('answer_base64')))->verify($pinned, $request),
        isset($case['batched_base64']) => EdgeSigner\BatchedJobAnswer::verify($bytes('batched_base64'), $pinned, $request),
        isset($case['batch_base64']) => (new EdgeSigner\BatchAnswer($bytes('batch_base64')))->verify($pinned, $request),
        default => (new EdgeSigner\Receipt($case['receipt_json'] ?? $bytes('receipt_base64')))->verify($pinned),
    };
    $jobs = $verdict instanceof EdgeSigner\BatchVerdict ? array_column($verdict->jobs, 1) : [];
    $reasons = array_map(static fn ($one): string => $one->refusal ?? 'ok', [...($jobs ?: [$verdict])]);
    echo $case['id'], "\t", implode(',', $reasons), "\n";
}

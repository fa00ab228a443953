<?php

/**
 * Prints a line for each case of a file of vectors: its id, a tab, `ok` or why it is refused.
 *
 * Usage: php verdicts.php vectors.json
 * A case has a pinned_pubkey and one of: a receipt; a job's answer; batched, a batch's answer to one job;
 * batch, the answer to a whole batch. Each stands as text under its name and _json, or in base64 under
 * its name and _base64, and so does the request that there may be. Verdicts on the jobs of a batch stand
 * on one line, with commas between them.
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
    $bytes = static fn (string $name): ?string => $case["{$name}_json"]
        ?? (isset($case["{$name}_base64"]) ? base64_decode($case["{$name}_base64"], true) : null);
    [$pinned, $request] = [$case['pinned_pubkey'], $bytes('request')];
    $verdict = match (true) {
        $bytes('receipt') !== null => (new EdgeSigner\Receipt($bytes('receipt')))->verify($pinned),
        $bytes('answer') !== null => (new EdgeSigner\JobAnswer($bytes('answer')))->verify($pinned, $request),
        $bytes('batched') !== null =>
            (new EdgeSigner\BatchedJobAnswer($bytes('batched')))->verify($pinned, $request),
        default => (new EdgeSigner\BatchAnswer($bytes('batch')))->verify($pinned, $request),
    };
    $jobs = $verdict instanceof EdgeSigner\BatchVerdict ? array_column($verdict->jobs, 1) : [];
    $reasons = array_map(static fn ($one): string => $one->refusal ?? 'ok', [...($jobs ?: [$verdict])]);
    echo $case['id'], "\t", implode(',', $reasons), "\n";
}

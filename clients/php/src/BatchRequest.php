<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The request for a batch, or for one of its jobs alone, as a verifier reads it. */
final class BatchRequest
{
    /**
     * @param ?string $batchId Null for the request for one job.
     * @param list<JobRequest> $jobs
     */
    private function __construct(
        public readonly ?string $batchId,
        public readonly array $jobs,
    ) {
    }

    /**
     * Reads a request.
     *
     * @throws Malformed
     */
    public static function read(string $content): self
    {
        $object = JobFile::read($content);
        if (!$object->has('jobs')) {
            return new self(null, [JobRequest::of($object)]);
        }
        $isObject = static fn (mixed $one): bool => $one instanceof JsonObject;
        $jobs = $object->get('jobs');
        if (!is_array($jobs) || array_filter($jobs, $isObject) !== $jobs) {
            throw new Malformed();
        }
        return new self($object->text('batch_id'), array_map(JobRequest::of(...), $jobs));
    }

    /**
     * Gives the request for a job.
     *
     * @throws Refused There is not exactly one.
     */
    public function job(string $jobId): JobRequest
    {
        $names = $this->batchId === null ? [null, $jobId] : [$jobId];
        $isIt = static fn (JobRequest $one): bool => in_array($one->jobId, $names, true);
        $jobs = array_values(array_filter($this->jobs, $isIt));
        return count($jobs) === 1 ? $jobs[0] : throw new Refused('job_id_mismatch');
    }
}

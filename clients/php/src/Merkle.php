<?php

declare(strict_types=1);

namespace EdgeSigner;

/** Inclusion proofs of Merkle trees (RFC 9162, section 2.1.3.2; the same as RFC 6962, section 2.1.1). */
final class Merkle
{
    /** Gives the hash of a leaf. Its prefix keeps a leaf from passing for a node. */
    public static function leafHash(string $entry): string
    {
        return hash('sha256', "\x00" . $entry, true);
    }

    /**
     * Gives the root that a tree has if a leaf is in it; null if no leaf at this position has a path of
     * this length.
     *
     * @param string $leaf The leaf's hash.
     * @param int $index Its position, from 0.
     * @param int $size How many leaves the tree has.
     * @param list<string> $path The sibling hashes, from the leaf's up.
     */
    public static function rootByPath(string $leaf, int $index, int $size, array $path): ?string
    {
        if ($index >= $size) {
            return null;
        }
        $node = $leaf;
        $last = $size - 1;
        foreach ($path as $sibling) {
            if ($last === 0) {
                return null;
            }
            if (($index & 1) === 1 || $index === $last) {
                $node = self::nodeHash($sibling, $node);
                while (($index & 1) === 0 && $index !== 0) {
                    $index >>= 1;
                    $last >>= 1;
                }
            } else {
                $node = self::nodeHash($node, $sibling);
            }
            $index >>= 1;
            $last >>= 1;
        }
        return $last === 0 ? $node : null;
    }

    private static function nodeHash(string $left, string $right): string
    {
        return hash('sha256', "\x01" . $left . $right, true);
    }
}

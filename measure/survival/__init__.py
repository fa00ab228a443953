"""What other programs do to a file that carries its manifest: they keep it, break it or lose it."""

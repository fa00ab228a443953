"""What compilers make of programs, and what verdicts their modules get as jobs."""

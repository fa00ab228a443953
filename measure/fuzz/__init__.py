"""Real inputs, mutated: whatever comes, an answer or a refusal with a name (`make fuzz`)."""

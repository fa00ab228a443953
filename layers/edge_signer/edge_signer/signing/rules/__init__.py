"""What a policy lets clients say, in the words of the standard."""

"""The wire: requests in, answers and errors out."""

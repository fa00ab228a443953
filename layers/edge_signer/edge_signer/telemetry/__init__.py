"""What is known of a request: its record, its log line, its metrics."""

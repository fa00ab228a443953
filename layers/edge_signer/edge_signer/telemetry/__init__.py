"""The record of a request, its log line and its metrics."""

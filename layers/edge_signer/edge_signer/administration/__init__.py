"""What operators change while the system runs, and the record that is kept of every change."""

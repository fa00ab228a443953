"""What credentials are worth: c2pa-rs judges them; its report is read, explained and shown."""

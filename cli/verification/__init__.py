"""`edge-signer verify`: finds the credentials of files, judges them, and shows the reports."""

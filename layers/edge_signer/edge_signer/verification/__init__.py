"""Our own reader and validator of manifest stores, trust lists, and the typed report."""

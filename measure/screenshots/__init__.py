"""Pictures of the system for its documents, made by commands (`make screenshots`)."""

"""Files that are here: where a manifest store goes in them, and the files with it inside."""

"""Two revisions beside each other, under services that are as slow as AWS's."""

"""`make deploy-local`: a real `sam deploy` to MiniStack, its use, an update, and its end."""

"""`make deploy-local`: a real `sam deploy` to MiniStack, an update, and the stack's end."""

"""Settings from the environment, parameters of SSM, and the flags among them."""

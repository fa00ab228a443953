"""Settings of the environment, parameters of SSM, and the flags in them."""

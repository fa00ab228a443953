"""AWS's services in a process of their own: moto, mended, with faults on demand."""

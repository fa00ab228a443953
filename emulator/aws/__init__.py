"""AWS's services in a process of their own: moto, corrected, with faults on demand."""

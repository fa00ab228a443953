"""`python -m measure.load`: loads a running system while parts of it fail, and judges what came."""

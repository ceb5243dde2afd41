"""Live collectors: what a stack says of itself when it is asked. docs/collectors.md describes the parts."""

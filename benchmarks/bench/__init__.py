"""The two benchmark commands: what they run, how they measure it, and how they show it."""

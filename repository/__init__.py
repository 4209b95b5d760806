"""The Document Repository actor."""

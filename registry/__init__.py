"""The Document Registry actor."""

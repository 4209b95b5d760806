"""The Document Source and Document Consumer actors."""

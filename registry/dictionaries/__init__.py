"""Preset dictionaries of the packed fragments, one file per codec number; see `registry.fragments`."""

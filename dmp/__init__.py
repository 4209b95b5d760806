"""The French profile: what the DMP asks beyond IHE."""

"""`carnet lint`: judges files on one's own disk and says, for people and for programs, which rules they break."""

"""Who is calling, and may the call go on."""

"""What is kept and shown of a run: the folder of its results, and what is made from it afterwards."""

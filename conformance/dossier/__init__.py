"""`carnet conformance dossier`: the evidence folder that the vendor of a DMP-compatible software prepares.

One folder for each transaction code of the DMP (TD2.1a…), made from recorded traffic: what was sent and answered, the
controls, a summary, and what is still missing.
"""

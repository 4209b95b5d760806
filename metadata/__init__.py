"""The language of XDS: HL7 data types, the four metadata objects, the ebRIM codec, the rule book, the affinity domain.

Pure: nothing here opens a file of the store, a socket or a database.
"""

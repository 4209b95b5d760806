"""The audit trail: DICOM audit messages, a journal that shows tampering, and their way to an audit record repository.

Knows nothing of XDS: what is told of which transaction is decided by the caller. # ITI TF-2 3.20, IHE ATNA
"""

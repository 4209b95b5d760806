"""SOAP 1.2, WS-Addressing, MTOM/XOP: the carrier. Knows nothing of XDS, and works without spyne (`soap.host` apart)."""

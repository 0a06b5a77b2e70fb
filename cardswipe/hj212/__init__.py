"""The device protocol: HJ/T 212-2005, HJ 212-2017 and HJ 212-2025. Pure: no Django, no clock.

`stream.py` cuts frames out of bytes, `frame.py` reads a frame, `crc.py` checks it,
`encode.py` writes frames, `fields.py` knows the factors and their units.
"""

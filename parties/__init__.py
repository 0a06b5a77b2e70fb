"""Who takes part: regions, bureaus, enterprises, people, roles, approvals, holidays.

Owns: sign-in, the table of roles, the door through which every object is reached.
Never: quantities. Entry points: `access.allow`, `access.door`, `services`.
"""

"""The demo city 清源市 (Qingyuan): a fictional bureau's books of years, made in a minute.

Everything goes through the services with the moments at which it would have happened, so the
demo shows what the system does and is checked like any real book. Figures come from a seed:
the same seed and moment give the same city. Entry point: `city.build`.
"""

from .sign_ins import sign_ins

SIGN_INS = sign_ins()

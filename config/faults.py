"""Faults of the machine or the set-up, told in one sentence each."""


class Fault(Exception):
    """Something outside the program keeps it from running; the text says what to do.

    Whoever meets one at the command line prints the text alone, without a traceback.
    """

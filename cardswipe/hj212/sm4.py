"""SM4 of HJ 212-2025 as open implementations quote it: ECB, no padding, a clear tail.

Each full group of sixteen bytes between `CP=&&` and `&&` is one block; what remains stays
clear. The checksum is computed on the clear segment. Secrecy of a sort, no authentication.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

BLOCK = 16
# CN 2000-2999, 1014 and 3020 travel encrypted once a key is agreed.
ENCRYPTED_COMMANDS = frozenset({"1014", "3020", *(str(cn) for cn in range(2000, 3000))})


def _turn(data: bytes, key: bytes, *, is_decrypting: bool) -> bytes:
    cipher = Cipher(SM4(key), modes.ECB())  # noqa: S305 - the standard's mode, not our choice
    turner = cipher.decryptor() if is_decrypting else cipher.encryptor()
    full = len(data) - len(data) % BLOCK
    return turner.update(data[:full]) + turner.finalize() + data[full:]


def decrypt(data: bytes, key: bytes) -> bytes:
    """The clear bytes inside CP."""
    return _turn(data, key, is_decrypting=True)


def encrypt(data: bytes, key: bytes) -> bytes:
    """The bytes inside CP as they travel."""
    return _turn(data, key, is_decrypting=False)

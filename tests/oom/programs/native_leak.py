"""Two lines take memory from the C library; the one that takes more gives it back."""

import ctypes

libc = ctypes.CDLL(None)
libc.free.argtypes = [ctypes.c_void_p]
duplicate = libc.strdup
duplicate.argtypes, duplicate.restype = [ctypes.c_char_p], ctypes.c_void_p


def convert(count):
    small, large = b"s" * 20_000, b"l" * 400_000
    handles = []
    for number in range(count):
        scratch = duplicate(large)
        label = "handle %d" % number
        handles.append(duplicate(small))  # <- culprit
        libc.free(scratch)
    return len(handles), label


print(convert(10_000_000))

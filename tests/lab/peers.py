# SPDX-License-Identifier: GPL-2.0-or-later
"""Other programs on the same dump."""


def howto():
    return []
